// Which keys a view knows: shown while it has the focus, until one of them is pressed.

/**
 * The style sheet shows the text.
 * @param {HTMLElement} element
 * @param {string} text
 */
export function showKeys(element, text) {
  element.dataset.keys = text;
  element.addEventListener("keydown", ({ key }) => {
    if (key !== "Tab" && key !== "Shift") element.classList.add("used");
  });
  element.addEventListener("blur", () => element.classList.remove("used"));
}
