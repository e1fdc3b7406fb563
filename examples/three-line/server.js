const { createServer } = require("node:http");
const answer = (request, response) => response.end(`Hello from ${process.env.NODE_NAME}\n`);
createServer(answer).listen(process.env.PORT);
