"""To wait for what another thread, process or page does."""

import time

LOOKS = 3000  # counted, since a machine may stand still while its clock goes on
PAUSE = 0.02  # seconds


def until(holds):
    """Wait until something holds: a minute or longer."""
    for _ in range(LOOKS):
        if holds():
            return
        time.sleep(PAUSE)
    raise AssertionError("it does not come about")
