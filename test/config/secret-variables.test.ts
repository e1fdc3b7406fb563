import { describe, expect, it } from "vitest";
import { secretVariables, variableWarnings } from "../../config/secret-variables";
import { useStackFile } from "../support/stack-file";

/** A variable and its value, which looks like a secret. */
const secrets: [name: string, value: string][] = [
  ["SMTP_PASSWORD", "hunter2"],
  ["PGPASSWORD", "hunter2"],
  ["SMTP_PASS", "hunter2"],
  ["DB_PWD", "hunter2"],
  ["KEY_PASSPHRASE", "correct horse"],
  ["JWT_SECRET", "s3cr3t"],
  ["JWT_SECRET_2", "s3cr3t"],
  ["AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"],
  ["SECRET_KEY_BASE", "0f1e2d3c4b5a"],
  ["DJANGO_SECRET_KEY", "django-insecure-x"],
  ["GITHUB_TOKEN", "ghp_abc"],
  ["ADMIN_TOKENS", "abc,def"],
  ["STRIPE_API_KEY", "sk_live_1"],
  ["MAPS_APIKEY", "AIza1"],
  ["DEPLOY_PRIVATE_KEY", "MIIEv"],
  ["PIN_SECRET", "123456"],
  ["ADMIN_PASSWORD", "changeme"],
  ["SIGNER", "-----BEGIN PRIVATE KEY-----\\nMIIE\\n-----END PRIVATE KEY-----"],
  ["REDIS_URL", "redis://:hunter2@cache.example.com:6379/0"],
  ["BROKER", "amqps://shop:hunter2@mq.example.com/shop"],
  ["DATABASE_URL", "mysql://${db.user}:hunter2@${db.host}/shop"],
  ["MAIL_DSN", "smtp://user@example.com:hunter2@mail.example.com:587"],
  ["OLD_DB_DSN", "shop:hunter2@tcp(old.example.com:3306)/shop"],
  ["WEBHOOK_TOKEN", "https://user:hunter2@example.com/hook"],
];

/** A variable and its value, which is no secret although the name or the value resembles one. */
const harmless: [name: string, value: string][] = [
  ["LOG_LEVEL", "info"],
  ["DB_PASSWORD", "${db.password}"],
  ["MYSQL_PASSWORD", "${db.password}"],
  ["DATABASE_URL", "mysql://${db.user}:${db.password}@${db.host}:${db.port}/${db.name}"],
  ["GO_DSN", "${db.user}:${db.password}@tcp(${db.host}:${db.port})/${db.name}"],
  ["REQUIRE_PASSWORD", "true"],
  ["SMTP_PASSWORD", ""],
  ["CHECK_TOKEN", "off"],
  ["MAX_TOKENS", "4096"],
  ["JWT_TOKEN", "30d"],
  ["ROTATE_SECRET", "3600s"],
  ["TLS_PRIVATE_KEY", "/etc/webstack/tls/key.pem"],
  ["JWT_SECRET", "/run/secrets/jwt"],
  ["API_KEY", "./keys/api"],
  ["SECRET", "~/.secret"],
  ["OAUTH_TOKEN", "https://login.example.com/oauth/token"],
  ["OAUTH_TOKEN_URL", "https://login.example.com/oauth/token"],
  ["PASSWORD_MIN_LENGTH", "twelve"],
  ["PASSWORD_HASHER", "argon2id"],
  ["TOKEN_ISSUER", "https://login.example.com"],
  ["SECRET_NAME", "shop-prod"],
  ["SESSION_SECRET_HEADER", "X-Session"],
  ["NEXT_PUBLIC_MAPS_API_KEY", "AIza1"],
  ["STRIPE_PUBLISHABLE_API_KEY", "pk_live_1"],
  ["COMPASS", "north"],
  ["BYPASS", "admin"],
  ["AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"],
  ["SORT_KEY", "created"],
  ["SENTRY_DSN", "https://0123456789abcdef@o1.ingest.sentry.io/42"],
  ["SITE_URL", "https://www.example.com:8443/@team"],
  ["PROFILE_URL", "https://example.com/users/a:b@c"],
  ["CONTACT_URL", "mailto:shop@example.com"],
  ["REDIS_URL", "redis://cache.example.com:6379/0"],
  ["MONGO_URI", "mongodb://shop@db.example.com/shop"],
];

describe("a variable of app.env", () => {
  it.each(secrets)("looks like a secret: %s=%s", (name, value) => {
    expect(secretVariables({ [name]: value })).toEqual([name]);
  });

  it.each(harmless)("is no secret: %s=%s", (name, value) => {
    expect(secretVariables({ [name]: value })).toEqual([]);
  });
});

describe("the warnings of app.env", () => {
  const { read } = useStackFile();
  const env = { LOG_LEVEL: "info", SMTP_PASSWORD: "hunter2", ADMIN_TOKEN: "swordfish" };
  const warned = (app: object, encrypted: string[] = []) =>
    variableWarnings(read({ "webstack:app": app }, encrypted).app.env);

  it("name the variable and both commands, and no value", () => {
    const warnings = warned({ env });
    expect(warnings).toEqual([
      "webstack:app.env.SMTP_PASSWORD looks like a secret, and app.env is stored in clear text; move it into app.secretEnv with: " +
        "pulumi config set --secret --path 'webstack:app.secretEnv.SMTP_PASSWORD', " +
        "then: pulumi config rm --path 'webstack:app.env.SMTP_PASSWORD'",
      expect.stringMatching(/^webstack:app\.env\.ADMIN_TOKEN looks like a secret/),
    ]);
    expect(warnings.join()).not.toMatch(/hunter2|swordfish/);
  });

  it("are given also where app.secretEnv is encrypted beside it", () => {
    expect(warned({ env, secretEnv: { A: "x" } }, ["webstack:app"])).toHaveLength(2);
  });

  it("are absent where the variables themselves are encrypted", () => {
    expect(warned({ env }, ["webstack:app"])).toEqual([]);
  });
});
