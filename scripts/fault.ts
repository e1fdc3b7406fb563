import { activeFaults, heal, inject } from "./local/faults";

const usage = `usage: npm run fault                              the faults that last
       npm run fault -- heal [<id>]                 heals one, or all
       npm run fault -- <name> [<argument>=<value> ...]

  kill       server= unit= [signal=KILL|STOP|CONT|TERM]
  freeze     server=                                (all its processes)
  power-off  server=                                (heal: power on)
  link       server= side=public|private [direction=both|in|out] [lossPercent=100] [peer=]
  bandwidth  server= side=public|private kbitPerSecond=
  delay      server= side=public|private delayMs= [jitterMs=0]
  cpu        server= [processes=2] [seconds=60]
  processor  server= unit= percent=
  disk       server= path= mebibytes=
  slow-disk  server= path= writesPerSecond=
  api        [path=/] [method=] [status=] [latencyMs=] [unreachable=true] [resetSeconds=]
  action     command= result=fail|stick [times=1]
  sold-out   serverType= [location=]
  deprecated serverType= unavailableAfter=YYYY-MM-DD [location=] [announced=YYYY-MM-DD]
  price      item=<server type>|floating_ip|primary_ip|volume net=
  quota      kind=servers|floating_ips|volumes limit=
  read-only                                         (tokens may only read)`;

/** `name=value` as JSON has it: numbers and booleans are not texts. */
function argument(text: string): [string, unknown] {
  const [, name, value] = /^([A-Za-z]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new Error(`${text}: ${usage}`);
  return [name, /^(\d+(\.\d+)?|true|false)$/.test(value) ? JSON.parse(value) : value];
}

/** `npm run fault`: breaks the local cloud on purpose. */
async function main(): Promise<void> {
  const [name, ...rest] = process.argv.slice(2);
  if (name === "help") console.log(usage);
  else if (name === "heal") await heal(rest[0] === undefined ? undefined : Number(rest[0]));
  else if (name !== undefined) {
    const id = await inject({ fault: name, ...Object.fromEntries(rest.map(argument)) });
    console.log(`fault ${id}; heal it with: npm run fault -- heal ${id}`);
    return;
  }
  const active = await activeFaults();
  for (const { id, fault } of active) console.log(id, JSON.stringify(fault));
  console.log(`${active.length} faults`);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
