const { join } = require("node:path");
const { ghost } = require("./settings.js");

process.chdir(ghost);
require(join(ghost, "index.js"));
