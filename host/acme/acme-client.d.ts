// The package's own entry brings a second implementation of its cryptography, a third of all bytes.
declare module "acme-client/src/client" {
  import { Client } from "acme-client";
  export = Client;
}
declare module "acme-client/src/axios" {
  import { axios } from "acme-client";
  export = axios;
}
declare module "acme-client/src/crypto" {
  import { crypto } from "acme-client";
  export = crypto;
}
