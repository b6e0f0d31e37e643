"""A small table of classes, which several tests of commands share."""

FIT = ["--target", "ill", "--effort", "1"]


def table_lines(rows=160, without=()):
    """A small table of classes; `without` are numbers of rows that have none."""
    lines = ["patient;since;height;city;ill"]
    for number in range(rows):
        height = 150 + (7 * number) % 45
        city = ("Graz", "Linz", "Wien")[number % 3]
        is_ill = (height > 172) != (city == "Linz" and number % 4 == 0)
        truth = "" if number in without else ("yes" if is_ill else "no")
        day = f"{1 + number % 28:02d}.{1 + number // 28:02d}.2023"
        lines.append(f"p{number // 4:03d};{day};{height},5;{city};{truth}")
    return lines
