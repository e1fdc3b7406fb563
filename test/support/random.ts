export { seeded as random } from "../../scripts/trial/ledger/row-writer";
