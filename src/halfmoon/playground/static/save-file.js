// A file that the server answers is offered to be saved.

/** @param {{name: string, blob: Blob} | null} file null: its error was told */
export function offerFile(file) {
  if (file === null) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file.blob);
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
