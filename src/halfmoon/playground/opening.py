"""Opening: from a table, a model or nothing at all to a session and its page."""

import sys
from pathlib import Path
from typing import Any

from halfmoon.network import Network
from halfmoon.playground.changes import completed
from halfmoon.playground.extras import require_extra
from halfmoon.playground.session import Session
from halfmoon.playground.setup import Setup
from halfmoon.playground.sources import Source, file_source, frame_source
from halfmoon.playground.table_data import table_setup
from halfmoon.playground.trained_network import (
    network_of,
    rows_for,
    settings_of,
    weights_of,
)
from halfmoon.tables.frames import joined_columns


def playground(
    source: Any = None,
    X: Any = None,
    y: Any = None,
    *,
    target: str | None = None,
    port: int = 0,
    open_browser: bool = True,
    **settings: Any,
) -> Any:
    """Open the playground, and serve its page until it is closed.

    In a notebook nothing is served: the playground is what the cell shows.

    Parameters
    ----------
    source : frame, dict, path, network, fitted MLPClassifier or MLPRegressor, or None
        A frame of pandas, polars or pyarrow, a dict of columns, or a file; a trained
        network, to be seen with X and y. None for points that are drawn at random, or
        for X and y alone.
    X : array or frame (n, d)
        Where no table is given: the inputs.
    y : array (n,)
        Their classes or values.
    target : str
        The column of a table that is predicted; None for the one that is probably
        meant.
    port : int
        On this machine; 0 for any that is free.
    open_browser : bool
        Whether to open the page in the browser.
    **settings
        What controls begin with: the fields of `halfmoon.playground.setup.Setup`, such
        as ``data="spiral"``, ``hidden=(8, 8)``, ``activations=("tanh", "tanh")``.

    Returns
    -------
    Playground or None
        The widget in a notebook, else nothing once the page is closed.

    Raises
    ------
    ImportError
        If the server's or the notebook's packages are not installed.
    ValueError
        For a table that cannot be read or learned from, and for a setting that is none.

    Examples
    --------
    >>> import halfmoon
    >>> halfmoon.playground(data="spiral", hidden=[8])
    ... # doctest: +SKIP
    """
    in_notebook = _is_notebook()
    require_extra("notebook" if in_notebook else "play")
    session = make_session(source, X, y, target=target, **settings)
    if in_notebook:
        from halfmoon.playground.notebook import Playground

        return Playground(session)
    from halfmoon.playground.api import OPERATIONS
    from halfmoon.playground.page import SITE
    from halfmoon.serving.server import serve

    serve(session, SITE, OPERATIONS, port, open_browser)
    return None


def make_session(
    source: Any = None,
    X: Any = None,
    y: Any = None,
    *,
    target: str | None = None,
    **settings: Any,
) -> Session:
    """The session of a playground, without a page.

    As `playground` takes them; ValueError as there.

    >>> session = make_session(X=[[0, 1], [1, 1], [2, 0], [3, 1]], y=[0, 1, 1, 0])
    >>> session.data.inputs, session.data.classes
    (('x1', 'x2'), ('0', '1'))
    """
    network = network_of(source)
    if network is not None:
        return _session_of(network, X, y, settings)
    given = _read_source(source, X, y)
    if given is None:
        if target is not None:
            raise ValueError("target names a column of a table; give the table, too.")
        return Session(completed(Setup(), settings))
    setup = table_setup(Setup(), given, "y" if source is None else target)
    return Session(completed(setup, settings), given)


def _session_of(network: Network, X: Any, y: Any, settings: dict[str, Any]) -> Session:
    """A session that begins with a trained network, and its rows as it knows them."""
    if X is None or y is None:
        raise ValueError("A network is opened with rows: give X and y, too.")
    settings = settings_of(network) | settings
    rows = rows_for(joined_columns(X, y))
    session = Session(completed(table_setup(Setup(), rows, "y"), settings), rows)
    session.set_weights(weights_of(network, session.data))
    return session


def _read_source(source: Any, X: Any, y: Any) -> Source | None:
    if (X is None) != (y is None):
        raise ValueError("X and y belong together; give both, or a table and target.")
    if source is not None and X is not None:
        raise ValueError("Give a table, or X and y, not both.")
    if X is not None:
        return frame_source(joined_columns(X, y))
    if source is None or isinstance(source, Source):
        return source
    if hasattr(source, "fit"):
        raise ValueError(
            "Of models, fitted ones of MLPClassifier and MLPRegressor can be opened; "
            f"got {source!r}."
        )
    if isinstance(source, str | Path):
        return file_source(Path(source))
    return frame_source(source)


def _is_notebook() -> bool:
    """Whether this runs in a kernel of Jupyter, which can show widgets."""
    interactive = sys.modules.get("IPython")
    shell = interactive.get_ipython() if interactive else None
    return type(shell).__name__ == "ZMQInteractiveShell"
