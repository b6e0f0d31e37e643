// Lines where a quantity on a grid is zero (marching squares).

// `value(i)` is the quantity at the i-th point of the grid, row after row. The line is
// traced on `context`, over an area that begins at the origin.
export function traceZero(context, value, columns, rows, width, height) {
  const stepX = width / (columns - 1);
  const stepY = height / (rows - 1);

  function crossing(i, j, a, b) {
    const share = a / (a - b);
    const x = (i % columns) + share * ((j % columns) - (i % columns));
    const rowI = Math.floor(i / columns);
    const rowJ = Math.floor(j / columns);
    return [x * stepX, (rowI + share * (rowJ - rowI)) * stepY];
  }

  context.beginPath();
  for (let row = 0; row < rows - 1; row += 1) {
    for (let column = 0; column < columns - 1; column += 1) {
      const i = row * columns + column;
      const corners = [i, i + 1, i + columns + 1, i + columns];
      const ends = [];
      for (let k = 0; k < 4; k += 1) {
        const from = corners[k];
        const to = corners[(k + 1) % 4];
        const a = value(from);
        const b = value(to);
        if (a < 0 !== b < 0) ends.push(crossing(from, to, a, b));
      }
      for (let k = 0; k + 1 < ends.length; k += 2) {
        context.moveTo(...ends[k]);
        context.lineTo(...ends[k + 1]);
      }
    }
  }
}
