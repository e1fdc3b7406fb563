/** Seconds after which a host undoes a change of its accepted login names without a confirmation. */
const undoSeconds = 110;

/**
 * Shell definitions of the scripts below, for `sh`, as root. A host accepts further login names by `$extra`, beside the
 * name in `$main`, which is a file of its configuration. sshd joins the names of all lines `AllowUsers`; the block
 * `Match` applies to these names alone, and lets each name use the keys of all. Tried with OpenSSH 9.2.
 */
const definitions = String.raw`
set -eu
umask 022
user=$1
main=/etc/ssh/sshd_config.d/10-webstack.conf
extra=/etc/ssh/sshd_config.d/20-webstack-logins.conf
before=/var/lib/webstack/logins-before
known=/var/lib/webstack/logins
cloud=/etc/sudoers.d/90-cloud-init-users
undo="if test -s $before; then cp $before $extra; else rm -f $extra; fi; rm -f $before; mkdir -p -m 0755 /run/sshd; /usr/sbin/sshd -t && systemctl reload ssh.service"

names_in() { test ! -e "$1" || sed -n 's/^AllowUsers //p' "$1" | tr ' ' '\n'; }
rule_of() { echo "/etc/sudoers.d/91-webstack-$1"; }
exists() { getent passwd "$1" >/dev/null; }
is_ours() {
  grep -qxF -e "$1" "$known" 2>/dev/null || grep -q "^$1 ALL=" "$cloud" 2>/dev/null || names_in "$main" | grep -qxF -e "$1"
}
disarm() { systemctl stop webstack-undo-login.timer webstack-undo-login.service 2>/dev/null || true; }
# Keeps what is there, and has systemd put it back even if nothing else happens any more.
begin() {
  disarm
  test ! -e "$before" || sh -c "$undo" || true
  if test -e "$extra"; then cp "$extra" "$before.next"; else : >"$before.next"; fi
  mv "$before.next" "$before"
  systemd-run --quiet --collect --unit=webstack-undo-login --on-active=${undoSeconds} \
    --timer-property=AccuracySec=1s /bin/sh -c "$undo"
}
take_effect() {
  mkdir -p -m 0755 /run/sshd
  if ! /usr/sbin/sshd -t; then disarm; sh -c "$undo" 2>/dev/null || true; exit 1; fi
  systemctl reload ssh.service
}
keep() { disarm; rm -f "$before"; }
`;

/** Status of {@link loginScripts}.mayAdd for an account that is not of the stack. */
export const foreignAccount = 3;
/** Status of {@link loginScripts}.mayEnd on a host whose configuration does not have the login name yet. */
export const notConfigured = 4;

/** Scripts for `sh -s -- <login name>`, as root. Each may run again after it was interrupted. */
export const loginScripts = {
  /** Ends with {@link foreignAccount} if the name is that of an account which the stack did not add. */
  mayAdd: String.raw`${definitions}
if exists "$user" && ! is_ours "$user"; then exit ${foreignAccount}; fi
`,

  /** Adds the account, with sudo and without a password, and lets sshd accept the name beside the present ones. */
  add: String.raw`${definitions}
present=$(names_in "$main")
test -n "$present" || { echo "$main has no line AllowUsers" >&2; exit 1; }
if exists "$user" && ! is_ours "$user"; then exit ${foreignAccount}; fi
# Listed before it is added, so that an interrupted run does not take it for another's.
{ cat "$known" 2>/dev/null || true; printf '%s\n' $present "$user"; } | sort -u >"$known.next"
mv "$known.next" "$known"
exists "$user" || useradd --create-home --user-group --shell /bin/bash "$user"
usermod --shell /bin/bash "$user" >/dev/null
rule=$(rule_of "$user")
# sudo reads no file of this folder with a dot in its name.
printf '%s ALL=(ALL) NOPASSWD:ALL\n' "$user" >"$rule.next"
chmod 0440 "$rule.next"
visudo -cqf "$rule.next"
mv "$rule.next" "$rule"
names=$( { printf '%s\n' $present "$user"; names_in "$extra"; } | sort -u)
{
  echo "# Generated while the login name changes, and removed at the end of the change."
  echo "AllowUsers" $names
  echo "Match User" $(echo $names | tr ' ' ',')
  echo "  AuthorizedKeysFile" $(printf '/etc/ssh/authorized_keys.d/%s ' $names)
} >"$extra.next"
if test ! -e "$before" && cmp -s "$extra.next" "$extra"; then rm "$extra.next"; exit 0; fi
begin
mv "$extra.next" "$extra"
take_effect
`,

  /** Ends with {@link notConfigured} unless the host's configuration accepts this login name alone. */
  mayEnd: String.raw`${definitions}
test "$(names_in "$main")" = "$user" || exit ${notConfigured}
`,

  /** Lets sshd accept the name of the host's configuration alone. */
  end: String.raw`${definitions}
test "$(names_in "$main")" = "$user" || exit ${notConfigured}
if test ! -e "$extra" && test ! -e "$before"; then exit 0; fi
begin
rm -f "$extra"
take_effect
`,

  /** Confirms {@link loginScripts}.add or {@link loginScripts}.end; must run in a new session. */
  keep: `${definitions}\nkeep\n`,

  /** Takes shell, sudo and keys from every account that was the login's before. Files and sessions stay. */
  retire: String.raw`${definitions}
former=$( { cat "$known" 2>/dev/null || true; sed -n 's/^\([a-z_][a-z0-9_-]*\) ALL=.*/\1/p' "$cloud" 2>/dev/null || true; } |
  sort -u | grep -vxF -e "$user" -e root || true)
{ printf '%s\n' $former "$user"; } | sort -u >"$known.next"
mv "$known.next" "$known"
for name in $former; do
  if grep -q "^$name ALL=" "$cloud" 2>/dev/null; then
    grep -v "^$name ALL=" "$cloud" >"$cloud.next"
    chmod 0440 "$cloud.next"
    visudo -cqf "$cloud.next"
    mv "$cloud.next" "$cloud"
  fi
  rm -f "$(rule_of "$name")"
  if exists "$name"; then
    usermod --shell /usr/sbin/nologin "$name" >/dev/null
    rm -f "$(getent passwd "$name" | cut -d: -f6)/.ssh/authorized_keys"
  fi
done
`,
} as const;
