/* global addEventListener, document, fetch */

// A form is sent once: the second click of a double click finds the button disabled.
for (const form of document.querySelectorAll("form")) {
  form.addEventListener("submit", () => {
    form.querySelector("button").disabled = true;
  });
}

// A page that comes back from the history has its buttons back.
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("form button")) button.disabled = false;
});

const dates = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
for (const time of document.querySelectorAll("time")) {
  time.textContent = dates.format(new Date(time.dateTime));
}

const button = document.querySelector("#sample");
if (button) {
  button.hidden = false;
  button.addEventListener("click", sample);
}

/** Sends requests and shows how they were shared out. */
async function sample() {
  const requests = 40;
  const counts = new Map();
  button.disabled = true;
  for (let sent = 1; sent <= requests; sent++) {
    const answer = await fetch("/api/whoami").catch(() => undefined);
    const names = answer?.ok ? answer.headers.get("x-served-by").split(" ") : ["no answer"];
    for (const name of names.filter((known) => known !== "-"))
      counts.set(name, (counts.get(name) ?? 0) + 1);
    show(counts, sent);
  }
  button.disabled = false;
}

function show(counts, sent) {
  const rows = [...counts]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, count]) => {
      const row = document.createElement("div");
      row.className = "tier";
      const bar = Object.assign(document.createElement("progress"), { max: sent, value: count });
      row.append(name, bar, String(count));
      return row;
    });
  document.querySelector("#tally").replaceChildren(...rows);
}
