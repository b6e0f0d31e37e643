"""A rule of the diagnosis: what a finding bears of it, and what it needs."""

from types import SimpleNamespace

import pytest

from halfmoon.inspection.diagnosis import rule as rules
from halfmoon.inspection.diagnosis.rule import DiagnosticRule, Finding, rule

SENTENCE = "A rate is at most 1."
PLAIN = "The steps are too large."


def too_large(case):
    if case.learning_rate <= 1.0:
        return None
    return Finding(
        number=case.learning_rate, message="The rate is 3.", remedy="Take 0.1."
    )


RULE = DiagnosticRule("rate too large", SENTENCE, PLAIN, too_large, "learning_rate")


def test_a_finding_bears_the_name_and_the_sentences_of_its_rule():
    finding = RULE.check(SimpleNamespace(learning_rate=3.0))
    assert finding.name == "rate too large"
    assert (finding.rule, finding.plain) == (SENTENCE, PLAIN)
    assert finding.number == 3.0
    assert str(finding) == (
        "Rate too large (3). The rate is 3. Rule: A rate is at most 1. Remedy: Take "
        "0.1."
    )


def test_a_rule_that_is_kept_finds_nothing():
    assert RULE.check(SimpleNamespace(learning_rate=1.0)) is None


@pytest.mark.parametrize(("rate", "applies"), [(0.5, True), (None, False)])
def test_a_rule_applies_where_the_case_has_what_it_needs(rate, applies):
    assert RULE.applies(SimpleNamespace(learning_rate=rate)) is applies
    always = DiagnosticRule("no need", SENTENCE, PLAIN, too_large)
    assert always.applies(SimpleNamespace(learning_rate=rate))


def test_the_decorator_puts_a_rule_behind_the_others(monkeypatch):
    known = dict(rules.RULES)
    monkeypatch.setattr(rules, "RULES", dict(known))
    assert (
        rule("rate too large", SENTENCE, PLAIN, "learning_rate")(too_large) is too_large
    )
    assert list(rules.RULES) == [*known, "rate too large"]
    assert rules.RULES["rate too large"] == RULE
