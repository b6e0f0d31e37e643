// Lines where a quantity on a grid is zero (marching squares).

/**
 * `value(i)` is the quantity at the i-th point of the grid, row after row. The line is
 * traced on `context`, over an area that begins at the origin.
 * @param {CanvasRenderingContext2D} context
 * @param {(i: number) => number} value
 * @param {number} columns
 * @param {number} rows
 * @param {number} width
 * @param {number} height
 */
export function traceZero(context, value, columns, rows, width, height) {
  const stepX = width / (columns - 1);
  const stepY = height / (rows - 1);

  /**
   * Where the quantity is zero between two neighbours.
   * @param {number} i
   * @param {number} j
   * @returns {[number, number]}
   */
  function crossing(i, j) {
    const share = value(i) / (value(i) - value(j));
    const x = (i % columns) + share * ((j % columns) - (i % columns));
    const rowI = Math.floor(i / columns);
    const rowJ = Math.floor(j / columns);
    return [x * stepX, (rowI + share * (rowJ - rowI)) * stepY];
  }

  context.beginPath();
  for (let row = 0; row < rows - 1; row += 1) {
    for (let column = 0; column < columns - 1; column += 1) {
      const i = row * columns + column;
      const isLow = value(i) < 0;
      const below = i + columns;
      const differs =
        value(i + 1) < 0 !== isLow ||
        value(below) < 0 !== isLow ||
        value(below + 1) < 0 !== isLow;
      if (!differs) continue;
      const corners = [i, i + 1, below + 1, below];
      const ends = [];
      for (let k = 0; k < 4; k += 1) {
        const from = corners[k];
        const to = corners[(k + 1) % 4];
        if (value(from) < 0 !== value(to) < 0) ends.push(crossing(from, to));
      }
      for (let k = 0; k + 1 < ends.length; k += 2) {
        context.moveTo(...ends[k]);
        context.lineTo(...ends[k + 1]);
      }
    }
  }
}
