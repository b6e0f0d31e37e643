"""Diagnosis: rules that name what is wrong with a fit, and the setting to change.

A rule is one function of a `Case`: about the data in data_rules.py, about the fit in
fit_rules.py. Each says nothing where it cannot be certain.
"""

from halfmoon.inspection.diagnosis.report import Diagnosis, diagnose
from halfmoon.inspection.diagnosis.rule import RULES, DiagnosticRule, Finding

__all__ = ["RULES", "Diagnosis", "DiagnosticRule", "Finding", "diagnose"]
