// Conversations in the browser's own database. Two windows may keep at once: each writes in a transaction.
"use strict";

quoth.kept = (() => {
  const opened = new Promise((resolve, reject) => {
    const opening = indexedDB.open("quoth", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("conversations", { keyPath: "id" });
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
  opened.catch(() => document.documentElement.classList.add("forgetful"));

  const run = async (mode, deed) => {
    const transaction = (await opened).transaction("conversations", mode);
    const asked = deed(transaction.objectStore("conversations"));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(asked?.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  };

  return {
    all: () => run("readonly", (store) => store.getAll()),
    get: (id) => run("readonly", (store) => store.get(id)),
    put: (conversation) => run("readwrite", (store) => store.put(conversation)),
    remove: (id) => run("readwrite", (store) => store.delete(id)),
    // Reads, changes and writes at once; a conversation that is not there is begun.
    change: (id, deed) =>
      run("readwrite", (store) => {
        store.get(id).onsuccess = (event) => {
          const conversation = event.target.result ?? { id, name: "", changed: 0, exchanges: [] };
          deed(conversation);
          conversation.changed = Date.now();
          store.put(conversation);
        };
      }),
  };
})();
