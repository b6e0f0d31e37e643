"""What somebody should know of a table before a model is made of it.

Each rule looks at all rows and columns, and says what it found in a sentence, and what
to do about it.

    HM-D01  repeated rows         rows that a random split would put on both sides
    HM-D02  contradicting rows    equal rows with different classes
    HM-D03  ordered in time       a column of dates by which the rows are sorted
    HM-D04  dates                 a column of dates by which they are not
    HM-D05  groups                ids that repeat
    HM-D06  gives the target away one column that tells the target alone
    HM-D07  constant column       one value in all rows
    HM-D08  repeated column       one that tells the same as another
    HM-D09  mostly missing        no value in half of the rows or more
    HM-D10  rare classes          classes with fewer rows than folds and test part need
    HM-D11  no target             rows that cannot be learned from
    HM-D12  neighbours alike      rows that resemble the one before
    HM-D13  spelled apart         texts that differ in case or spaces only
"""

from collections.abc import Callable, Iterator

from halfmoon.tables.findings import column_rules, order_rules, row_rules, target_rules
from halfmoon.tables.findings.case import Case, Finding, Table
from halfmoon.tables.schema import Schema
from halfmoon.tables.task import Target

__all__ = ["Finding", "findings"]

RULES: tuple[Callable[[Case], Iterator[Finding]], ...] = (
    row_rules.repeated_rows,
    row_rules.contradicting_rows,
    order_rules.time,
    row_rules.groups,
    column_rules.given_away,
    column_rules.constant,
    column_rules.repeated_columns,
    column_rules.mostly_missing,
    target_rules.rare_classes,
    target_rules.no_target,
    order_rules.neighbours,
    column_rules.spelled_apart,
)


def findings(
    table: Table,
    schema: Schema | None = None,
    target: Target | None = None,
    *,
    seed: int = 0,
) -> list[Finding]:
    """What somebody should know of a table before a model is made of it.

    Parameters
    ----------
    table : dict of str to array (n,)
        Raw columns, as `read_file` and `read_frame` give them; the target may be one.
    schema : Schema, optional
        What the columns were decided to be; decided here if it is left out.
    target : Target, optional
        What is to be predicted, of the same rows (`read_target`).
    seed : int
        Chooses the rows by which columns are compared with the target, if there are
        more than 20,000.

    Returns
    -------
    list of Finding
        In the order of their codes; print one to read it.

    Examples
    --------
    >>> import numpy as np
    >>> table = {"size": np.array([1.0, 2.0, 4.0]), "unit": np.array(["cm"] * 3)}
    >>> print(findings(table)[0])
    HM-D07: Column 'unit' is the same in all rows. Nothing can be learned from what \
does not vary: it is left out.
    """
    features = dict(table)
    if target is not None:
        features.pop(target.column, None)
    if schema is None:
        schema, values = Schema.learn(features)
    else:
        known = schema.kinds
        values = schema.parse({n: c for n, c in table.items() if n in known})
        values = {name: values[name] for name in features if name in values}
    case = Case(features, values, schema.kinds, target, seed)
    if not features:
        return []
    return [finding for rule in RULES for finding in rule(case)]
