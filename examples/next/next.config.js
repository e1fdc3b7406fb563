// The release brings what it needs, and nothing else; migrate.js needs the database's client as a package.
module.exports = {
  output: "standalone",
  outputFileTracingRoot: __dirname,
  serverExternalPackages: ["mysql2"],
};
