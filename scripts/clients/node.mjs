// The official Node client sends 100 events: node node.mjs URL WRITE_KEY PREFIX
import { createRequire } from "node:module";

const [url, writeKey, prefix] = process.argv.slice(2);
const { Analytics } = createRequire(process.cwd() + "/")("@segment/analytics-node");
const analytics = new Analytics({ writeKey, host: url, path: "/v1/batch", flushAt: 20, maxRetries: 3 });
const failed = [];
analytics.on("error", (problem) => failed.push(String(problem.reason ?? problem)));

for (let n = 0; n < 100; n += 1) {
  const about = { userId: `${prefix}-${n % 10}`, messageId: `${prefix}-${n}`, timestamp: new Date(Date.UTC(2026, 2, 10, 12, 0, n)) };
  const calls = [
    () => analytics.identify({ ...about, traits: { email: `${about.userId}@acme.example`, name: `Node ${n % 10}` } }),
    () => analytics.page({ ...about, name: "Pricing", properties: { url: "https://www.halden.example/pricing" } }),
    () => analytics.screen({ ...about, name: "Home" }),
    () => analytics.group({ ...about, groupId: "g1", traits: { name: "Acme" } }),
    () => analytics.alias({ ...about, previousId: `${prefix}-visitor-${n % 10}` }),
    () => analytics.track({ ...about, event: "Content Downloaded", properties: { title: "Downtime guide" } }),
  ];
  calls[n < 10 ? 0 : n < 20 ? 1 : n < 30 ? 2 : n < 40 ? 3 : n < 50 ? 4 : 5]();
}
await analytics.closeAndFlush({ timeout: 20000 });
if (failed.length) throw new Error(failed.join("; "));
