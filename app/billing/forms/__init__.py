"""The shape of what people type about money."""

from app.billing.forms.desk import PaymentForm, RefundForm, SaleForm
from app.billing.forms.plans import ChoiceForm, PlanForm

__all__ = ["ChoiceForm", "PaymentForm", "PlanForm", "RefundForm", "SaleForm"]
