import { html } from "hono/html";
import type { Account, Entry } from "../store";
import type { Ctx, Route } from "./context";

/** A piece of HTML; texts put into it are escaped. */
export type Html = ReturnType<typeof html>;

/** Title and content of a page. */
export interface Page {
  title: string;
  content: Html;
}

/** The whole document around a page. */
export function layout(c: Ctx, { title, content }: Page): Html {
  const { files } = c.var.services;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Guestbook</title>
        <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="${files.path("app.css")}" />
        <script src="${files.path("app.js")}" defer></script>
      </head>
      <body>
        <header class="bar">
          <a class="brand" href="/">Guestbook</a>
          <nav>${navigation(c.var.account)}</nav>
        </header>
        <main>${content}</main>
        <footer>${trail(c.var.route)}</footer>
      </body>
    </html>`;
}

/** The guestbook: a form for those signed in, and the entries. */
export function guestbook(args: {
  account: Account | undefined;
  entries: Entry[];
  key: string;
  older?: number;
  problem?: string;
  draft?: string;
}): Page {
  const { account, entries, key, older } = args;
  const content = html`<h1>Guestbook</h1>
    ${account === undefined ? invitation : entryForm(key, args.draft ?? "", args.problem)}
    ${entries.length === 0 ? html`<p class="empty">Nothing here yet. Be the first.</p>` : ""}
    <ol class="entries">
      ${entries.map(entryItem)}
    </ol>
    ${older === undefined ? "" : html`<p><a href="/?before=${older}" rel="next">Older entries</a></p>`}`;
  return { title: "Welcome", content };
}

/** A form for name and password. */
export function accountForm(args: {
  kind: "sign-in" | "sign-up";
  key: string;
  name?: string;
  problem?: string;
}): Page {
  const isNew = args.kind === "sign-up";
  const title = isNew ? "Sign up" : "Sign in";
  const content = html`<h1>${title}</h1>
    <form class="card" method="post" action="/${args.kind}">
      ${problemText(args.problem)} ${isNew ? keyField(args.key) : ""}
      <label
        >Name
        <input
          name="name"
          value="${args.name ?? ""}"
          required
          maxlength="30"
          autocomplete="username"
      /></label>
      <label
        >Password
        <input
          name="password"
          type="password"
          required
          ${isNew ? "minlength=8" : ""}
          autocomplete="${isNew ? "new-password" : "current-password"}"
      /></label>
      <button>${title}</button>
    </form>
    <p>${isNew ? toSignIn : toSignUp}</p>`;
  return { title, content };
}

/** Which servers a request passed, and a button that sends more of them. */
export function routePage(route: Route, db: { write: string | null; read: string | null }): Page {
  const rows: [string, string][] = [
    ["Load balancer", route.lb],
    ["Web server", route.web],
    ["App server", route.app],
    ["Database for writes", db.write ?? "changing"],
    ["Database for reads", db.read ?? "changing"],
  ];
  const content = html`<h1>Who served this?</h1>
    <table class="card">
      ${rows.map(
        ([what, name]) =>
          html`<tr>
            <th scope="row">${what}</th>
            <td>${name}</td>
          </tr>`,
      )}
    </table>
    <button id="sample" hidden>Send 40 requests</button>
    <div id="tally" aria-live="polite"></div>
    <p>Every answer names its servers in the header <code>X-Served-By</code>.</p>`;
  return { title: "Who served this?", content };
}

/** What went wrong, and the way back. */
export function failurePage(title: string, explanation: string): Page {
  const content = html`<h1>${title}</h1>
    <p>${explanation}</p>
    <p><a href="/">Back to the guestbook</a></p>`;
  return { title, content };
}

const toSignIn = html`Already here? <a href="/sign-in">Sign in</a>.`;
const toSignUp = html`New here? <a href="/sign-up">Sign up</a>.`;
const invitation = html`<p class="card">
  <a href="/sign-in">Sign in</a> or <a href="/sign-up">sign up</a> to write something.
</p>`;

function navigation(account: Account | undefined): Html {
  if (account === undefined) {
    return html`<a href="/route">Who served this?</a> <a href="/sign-in">Sign in</a>
      <a href="/sign-up">Sign up</a>`;
  }
  return html`<a href="/route">Who served this?</a>
    <form method="post" action="/sign-out">
      <span>${account.name}</span> <button class="plain">Sign out</button>
    </form>`;
}

function trail({ lb, web, app, db }: Route): Html {
  const hops = [lb, web, app, db];
  return html`Served by
    <span class="trail">${hops.map((name) => html`<span class="hop">${name}</span>`)}</span>`;
}

function entryForm(key: string, draft: string, problem: string | undefined): Html {
  return html`<form class="card" method="post" action="/entries">
    ${problemText(problem)} ${keyField(key)}
    <label
      >Your text
      <textarea name="text" rows="3" maxlength="500" required>${draft}</textarea>
    </label>
    <button>Write</button>
  </form>`;
}

function entryItem({ author, text, writtenBy, createdAt, id }: Entry): Html {
  return html`<li id="entry-${id}" class="card">
    <p class="text">${text}</p>
    <p class="by">
      <strong>${author}</strong>, <time datetime="${createdAt}">${createdAt.slice(0, 16)}Z</time>,
      taken by ${writtenBy}
    </p>
  </li>`;
}

function keyField(key: string): Html {
  return html`<input type="hidden" name="idempotencyKey" value="${key}" />`;
}

function problemText(problem: string | undefined): Html | "" {
  return problem === undefined ? "" : html`<p class="problem" role="alert">${problem}</p>`;
}
