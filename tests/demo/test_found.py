"""The agreement the demo company signs: whole, sound, and with what was agreed on cost."""

from datetime import date
from decimal import Decimal

from tests.world import HALDEN
from treaty.agreement.check import examine
from treaty.demo.founding import as_agreed, dated, scaled


def test_the_company_agrees_on_what_a_customer_costs():
    loaded = examine(scaled(dated(as_agreed(HALDEN), date(2025, 11, 24)), 400))
    assert loaded.errors == ()
    assert loaded.terms.goal("pipeline-month").target.number == 32_000  # 400,000 × 400 / 5,000
    agreed = loaded.terms.economics
    assert [(cost.id, cost.amount, cost.from_) for cost in agreed.costs] == [
        ("marketing-salaries", Decimal(720), date(2025, 11, 24)),  # 9,000 × 400 / 5,000
        ("sales-salaries", Decimal(1400), date(2025, 11, 24)),  # 1,440 to two figures
        ("tools", Decimal(360), date(2025, 11, 24)),
    ]
    assert (agreed.lag, agreed.margin, agreed.churn.share) == ("sales_cycle", Decimal("0.64"), Decimal("0.14"))
