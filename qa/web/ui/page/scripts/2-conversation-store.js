// Conversations in IndexedDB. Each write is one transaction, so that two windows can save at once.
"use strict";

quoth.store = (() => {
  const opened = new Promise((resolve, reject) => {
    const opening = indexedDB.open("quoth", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("conversations", { keyPath: "id" });
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
  opened.catch(() => document.documentElement.classList.add("no-storage"));

  const run = async (mode, action) => {
    const transaction = (await opened).transaction("conversations", mode);
    const request = action(transaction.objectStore("conversations"));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request?.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  };

  return {
    all: () => run("readonly", (store) => store.getAll()),
    get: (id) => run("readonly", (store) => store.get(id)),
    put: (conversation) => run("readwrite", (store) => store.put(conversation)),
    remove: (id) => run("readwrite", (store) => store.delete(id)),
    // Reads, changes and writes in one transaction; creates a missing conversation.
    change: (id, action) =>
      run("readwrite", (store) => {
        store.get(id).onsuccess = (event) => {
          const conversation = event.target.result ?? { id, name: "", changed: 0, exchanges: [] };
          action(conversation);
          conversation.changed = Date.now();
          store.put(conversation);
        };
      }),
  };
})();
