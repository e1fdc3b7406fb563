import { main } from "@pulumi/pulumi/provider";
import { HostProvider } from "./host-provider";

void main(new HostProvider(), process.argv.slice(2));
