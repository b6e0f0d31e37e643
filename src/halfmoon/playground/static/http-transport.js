// The end of the transport that speaks HTTP with the server that gave this page.

import { unpackFrame } from "./unpack-frame.js";

/** @import { Transport } from "./playground.js" */

const KEY = "halfmoon-token"; // in the tab's own storage

/**
 * The secret of the server: it stands in the address once, and is then kept by this tab
 * alone, so that an address that is copied does not hold it.
 */
function takeToken() {
  const parts = location.hash.slice(1).split("&");
  const given = keepToken(location.hash);
  if (given) {
    const rest = parts.filter((part) => part !== given).join("&");
    history.replaceState(null, "", rest ? `#${rest}` : location.pathname);
  }
  return sessionStorage.getItem(KEY) ?? "";
}

/** @param {string} hash */
function keepToken(hash) {
  const given = hash.split(/[#&]/).find((part) => part.startsWith("token="));
  if (given) sessionStorage.setItem(KEY, given.slice("token=".length));
  return given;
}

/** @param {string} sentence */
function serverGone(sentence) {
  const error = new Error(sentence);
  error.name = "ServerGone";
  return error;
}

/** @returns {Transport} */
export function makeHttpTransport() {
  const token = takeToken();
  const headers = {
    Authorization: `Bearer ${token}`,
    "Halfmoon-Page": crypto.randomUUID(),
  };

  /**
   * @param {string} name
   * @param {object} message
   * @param {Blob | null} body
   */
  async function post(name, message, body) {
    const text = JSON.stringify(message);
    const query = body ? `?message=${encodeURIComponent(text)}` : "";
    let response;
    try {
      response = await fetch(`/api/${name}${query}`, {
        method: "POST",
        headers,
        body: body ?? text,
      });
    } catch {
      throw serverGone("The playground's server does not answer.");
    }
    if (response.ok) return response;
    const { error } = await response.json();
    throw response.status === 401 && token ? serverGone(error) : new Error(error);
  }

  // the address of a server that was started anew
  addEventListener("hashchange", ({ newURL }) => {
    if (keepToken(new URL(newURL).hash)) location.reload();
  });
  addEventListener("pagehide", () => {
    fetch("/api/leave", { method: "POST", headers, keepalive: true }).catch(() => {});
  });
  return {
    async ask(name, message = {}, body = null) {
      const response = await post(name, message, body);
      const file = response.headers.get("Halfmoon-Name");
      if (file === null) return response.json();
      return { name: decodeURIComponent(file), blob: await response.blob() };
    },
    async frame(message) {
      const response = await post("frame", message, null);
      return unpackFrame(await response.arrayBuffer());
    },
  };
}
