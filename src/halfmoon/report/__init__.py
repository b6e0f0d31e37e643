"""A fitted model of a table, measured beside baselines on the same split, as a page.

`measure.measure` makes plain data (`measured.Measured`); `page.write_report` shows it.
"""
