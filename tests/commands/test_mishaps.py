"""Files with mistakes at random: each command ends in lines, never in a traceback."""

import random

import pytest

from housing import TABLE, written

CELLS = ["inf", "1e999", "NA", "01", "1.5", "2020-13-45", "5 kg", "yes", "x" * 500, ""]
SIGNS = ",;\"'\t\n\r#\x00é€∞ 0-./"
LINES = ["", ";;", "#x", "Total", '"', "a,b,c"]


def spoiled(lines, rng):
    """The lines of a file with a few mistakes such as people and programs make."""
    for _ in range(rng.randint(1, 4)):
        i = rng.randrange(len(lines))
        line = lines[i]
        cells = line.split(";")
        mistake = rng.randrange(7)
        if mistake == 0:
            place = rng.randrange(len(line) + 1)
            lines[i] = line[:place] + rng.choice(SIGNS) + line[place + 1 :]
        elif mistake == 1:
            lines[i] = line[: rng.randrange(len(line) + 1)]
        elif mistake == 2:
            lines.insert(i, rng.choice(LINES))
        elif mistake == 3:
            cells[rng.randrange(len(cells))] = rng.choice(CELLS)
            lines[i] = ";".join(cells)
        elif mistake == 4:
            lines[0] = lines[0].replace(rng.choice(["size", "city"]), "Size")
        elif mistake == 5:
            lines = [each.replace(";", rng.choice([",", ";", "|"])) for each in lines]
        else:
            lines = lines[: i + 1]
    return "\n".join(lines)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_any_file_ends_in_lines(run, fitted, tmp_path, seed):
    rng = random.Random(seed)
    path = tmp_path / "new.csv"
    codes = set()
    for _ in range(6):
        text = spoiled(written(TABLE).splitlines()[:40], rng)
        path.write_bytes(
            text.encode(rng.choice(["utf-8", "cp1252", "utf-16"]), "replace")
        )
        for command in (["describe"], ["predict", str(fitted.classifier)]):
            done = run(*command, str(path))
            lines = done.error.splitlines()
            codes.add(done.status)
            assert done.status in (0, 2), (text, done)
            assert len(lines) == 1 or done.status == 0, (text, done)
            assert all(line.startswith("halfmoon: ") for line in lines), (text, done)
    assert codes == {0, 2}
