"""MRR(m) = MRR(m-1) + new + expansion + reactivation - contraction - churn."""

from hypothesis import given
from hypothesis import strategies as st

from app.analytics.revenue import Flow, Paid, flow, recurring

PAYMENTS = st.lists(
    st.builds(
        Paid,
        contact_id=st.integers(1, 4),
        month=st.integers(0, 20),
        minor=st.integers(-500, 5000),
        months=st.sampled_from([1, 3, 12, 24]),
    ),
    max_size=20,
)


@given(payments=PAYMENTS)
def test_the_movements_explain_every_month(payments: list[Paid]) -> None:
    revenue = recurring(payments)
    for month in range(-1, 40):
        before, now = flow(revenue, month - 1), flow(revenue, month)
        gained = now.new + now.expansion + now.reactivation
        assert now.mrr == before.mrr + gained - now.contraction - now.churn


@given(payments=PAYMENTS)
def test_rounding_costs_half_a_cent_a_month_at_most(payments: list[Paid]) -> None:
    revenue = recurring(payments)
    total = sum(sum(months.values()) for months in revenue.values())
    paid = [one for one in payments if one.minor > 0]
    assert abs(total - sum(one.minor for one in paid)) <= sum(one.months for one in paid) / 2


def test_a_year_that_does_not_divide_moves_nothing() -> None:
    revenue = recurring([Paid(1, 0, 8000, 12), Paid(1, 12, 8000, 12)])
    for month in range(1, 24):
        assert flow(revenue, month) == Flow(mrr=667, payers=1)


def test_each_movement_has_its_name() -> None:
    revenue = recurring(
        [
            Paid(1, 0, 500, 1),
            Paid(1, 1, 800, 1),
            Paid(1, 2, 300, 1),
            Paid(1, 4, 300, 1),
            Paid(2, 1, 12_000, 12),
        ]
    )
    assert flow(revenue, 0) == Flow(mrr=500, new=500, payers=1)
    assert flow(revenue, 1) == Flow(mrr=1800, new=1000, expansion=300, payers=2)
    assert flow(revenue, 2) == Flow(mrr=1300, contraction=500, payers=2)
    assert flow(revenue, 3) == Flow(mrr=1000, churn=300, payers=1)
    assert flow(revenue, 4) == Flow(mrr=1300, reactivation=300, payers=2)
    assert flow(revenue, 13) == Flow(churn=1000)
