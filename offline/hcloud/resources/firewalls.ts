import { CloudError, retried, type Action, type CloudClient } from "../client";
import { differs, type Handlers, type Values } from "./handlers";

type Target = { server?: number; labelSelector?: string };
type WireTarget = {
  type: string;
  server?: { id: number };
  label_selector?: { selector: string };
};

interface WireFirewall {
  id: number;
  name: string;
  labels: Values;
  rules: Values[];
  applied_to: WireTarget[];
}

function toWireRule(rule: Values): Values {
  return {
    direction: rule.direction,
    protocol: rule.protocol,
    port: rule.port,
    source_ips: rule.sourceIps ?? [],
    destination_ips: rule.destinationIps ?? [],
    description: rule.description,
  };
}

function fromWireRule(rule: Values): Values {
  const { direction, protocol, port, source_ips, destination_ips, description } = rule;
  return {
    direction,
    protocol,
    ...(port ? { port } : {}),
    sourceIps: source_ips,
    destinationIps: destination_ips,
    ...(description ? { description } : {}),
  };
}

function toWireTarget({ server, labelSelector }: Target): WireTarget {
  return server
    ? { type: "server", server: { id: server } }
    : { type: "label_selector", label_selector: { selector: labelSelector ?? "" } };
}

function fromWireTarget({ server, label_selector }: WireTarget): Target {
  return server ? { server: server.id } : { labelSelector: label_selector?.selector ?? "" };
}

async function firewallOf(client: CloudClient, id: unknown): Promise<WireFirewall | undefined> {
  return (await client.find<{ firewall: WireFirewall }>(`/firewalls/${String(id)}`))?.firewall;
}

function outs(wire: WireFirewall): Values {
  return {
    name: wire.name,
    labels: wire.labels,
    rules: wire.rules.map(fromWireRule),
    applyTos: wire.applied_to.map(fromWireTarget),
  };
}

/** Firewalls. */
export const firewall: Handlers = {
  async create(client, inputs) {
    const body = {
      name: inputs.name,
      labels: inputs.labels ?? {},
      rules: ((inputs.rules as Values[]) ?? []).map(toWireRule),
      apply_to: ((inputs.applyTos as Target[]) ?? []).map(toWireTarget),
    };
    const answer = await client.call<{ firewall: WireFirewall; actions: Action[] }>(
      "POST",
      "/firewalls",
      body,
    );
    await client.wait(...(answer.actions ?? []));
    return { id: String(answer.firewall.id), outs: outs(answer.firewall) };
  },
  async read(client, id) {
    const wire = await firewallOf(client, id);
    return wire && outs(wire);
  },
  async update(client, id, olds, news) {
    const path = `/firewalls/${id}`;
    if (news.name !== undefined && differs(olds, news, "name")) {
      await client.call("PUT", path, { name: news.name });
    }
    const rules = (news.rules as Values[] | undefined) ?? [];
    // Emptying the list sends nothing: a known quirk of the official provider.
    if (differs(olds, news, "rules") && rules.length > 0) {
      await client.act(`${path}/actions/set_rules`, { rules: rules.map(toWireRule) });
    }
    if (news.labels !== undefined && differs(olds, news, "labels")) {
      await client.call("PUT", path, { labels: news.labels });
    }
    if (news.applyTos !== undefined && differs(olds, news, "applyTos")) {
      await retarget(client, path, (olds.applyTos as Target[]) ?? [], news.applyTos as Target[]);
    }
    // The same quirk: the state believes it until the next refresh.
    return rules.length === 0 ? { rules } : {};
  },
  async delete(client, id) {
    const wire = await firewallOf(client, id);
    if (!wire) return;
    if (wire.applied_to.length > 0) {
      await detach(
        client,
        id,
        wire.applied_to.map((target) => toWireTarget(fromWireTarget(target))),
      );
    }
    await retried(10, ["conflict", "resource_in_use"], () =>
      client.call("DELETE", `/firewalls/${id}`),
    );
  },
};

async function retarget(
  client: CloudClient,
  path: string,
  before: Target[],
  after: Target[],
): Promise<void> {
  const key = (target: Target) => JSON.stringify(toWireTarget(target));
  const gone = before.filter((target) => !after.some((other) => key(other) === key(target)));
  const added = after.filter((target) => !before.some((other) => key(other) === key(target)));
  if (gone.length > 0) {
    await client.act(`${path}/actions/remove_from_resources`, {
      remove_from: gone.map(toWireTarget),
    });
  }
  if (added.length > 0) {
    await client.act(`${path}/actions/apply_to_resources`, { apply_to: added.map(toWireTarget) });
  }
}

async function detach(client: CloudClient, id: string, targets: WireTarget[]): Promise<void> {
  try {
    await client.act(`/firewalls/${id}/actions/remove_from_resources`, { remove_from: targets });
  } catch (error) {
    if (!(error instanceof CloudError) || error.code !== "firewall_resource_not_found") throw error;
  }
}

function attachmentTargets(values: Values): WireTarget[] {
  const servers = ((values.serverIds as number[]) ?? []).map((server) => ({ server }));
  const selectors = ((values.labelSelectors as string[]) ?? []).map((labelSelector) => ({
    labelSelector,
  }));
  return [...servers, ...selectors].map(toWireTarget);
}

/** What a firewall is applied to, as a resource of its own. */
export const firewallAttachment: Handlers = {
  async create(client, inputs) {
    const id = String(inputs.firewallId);
    try {
      const apply_to = attachmentTargets(inputs);
      await client.act(`/firewalls/${id}/actions/apply_to_resources`, { apply_to });
    } catch (error) {
      if (!(error instanceof CloudError) || error.code !== "firewall_already_applied") throw error;
    }
    return { id, outs: { ...inputs } };
  },
  async read(client, id) {
    const wire = await firewallOf(client, id);
    if (!wire || wire.applied_to.length === 0) return undefined;
    const targets = wire.applied_to.map(fromWireTarget);
    const serverIds = targets.flatMap(({ server }) => server ?? []);
    const labelSelectors = targets.flatMap(({ labelSelector }) => labelSelector ?? []);
    return { firewallId: wire.id, serverIds, labelSelectors };
  },
  async update(client, id, olds, news) {
    const targets = (values: Values) => attachmentTargets(values).map(fromWireTarget);
    await retarget(client, `/firewalls/${id}`, targets(olds), targets(news));
  },
  async delete(client, id, props) {
    if (await firewallOf(client, id)) await detach(client, id, attachmentTargets(props));
  },
};
