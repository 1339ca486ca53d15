"""A hundred texts that try to become something else where they are shown (T6)."""

_TAGS = [
    "script",
    "img src=x onerror",
    "svg onload",
    "iframe src",
    "a href=javascript:",
    "style",
    "object data",
    "math",
    "base href",
    "meta",
]
HTML = [f"<{tag}=alert({n})>{n}</{tag.split()[0]}>" for n, tag in enumerate(_TAGS)]
HTML += [f'"><{tag}=alert({n})>' for n, tag in enumerate(_TAGS)] + [f"';--><{tag}>//{n}" for n, tag in enumerate(_TAGS)]
SLACK = [
    "<!channel>",
    "<!here>",
    "<!everyone>",
    "<@U024BE7LH>",
    "<#C024BE7LR>",
    "<!subteam^S1>",
    "<https://evil.example|Acme>",
    "<mailto:x@evil.example|mail>",
]
SLACK += [
    "*bold*",
    "_it_",
    "~gone~",
    "`code`",
    "```block```",
    "> quote",
    ":smile:",
    "&lt;!channel&gt;",
    "@channel",
    "<!date^1^{date}^https://evil.example|x>",
]
MARKDOWN = [f"[Acme](https://evil.example/{n})" for n in range(8)] + [
    "![x](https://evil.example/p.png)",
    "# head",
    "- list",
    "1. list",
    "**b**",
    "\\[x\\](y)",
]
MARKDOWN += ["[x]: https://evil.example", "<https://evil.example>", "{{DATE(2026-01-01)}}", "${host}", "@{triggerBody()}", "{{$root.name}}"]
HEADS = [f"Ada\r\nBcc: {n}@evil.example\r\n\r\nhello" for n in range(6)] + [
    "Ada\nSubject: you won",
    "=?utf-8?q?x?=",
    "Ada\x00",
    "Ada\u2028x",
]
ODD = [
    "\u202eevil\u202c",
    "a\u200bb",
    "\ud800",
    "x" * 5000,
    "😀" * 900,
    "|",
    "a|b>c",
    "%s%d{0}",
    "=cmd|' /C calc'!A0",
    "</td></tr></table>",
    "\t\r\n ",
]
ODD += [f"&#{n};" for n in range(60, 70)] + [
    "data:text/html,x",
    "//evil.example",
    "javascript:alert(1)",
    "' OR 1=1 --",
    "../../etc",
    "O’Neill & Søn <GmbH>",
]
ALL = [*HTML, *SLACK, *MARKDOWN, *HEADS, *ODD]
