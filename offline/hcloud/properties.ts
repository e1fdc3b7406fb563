import { computed, optional, required } from "../stand-in/table";
import { refuseLabels, refuseNonCidr } from "./checks";

/** Name; made from the one in the program when it is not given. */
export const name = computed("string");
/** A switch that is off by default. */
export const off = optional("bool", { default: false });
/** Labels of the SDK half: nothing is the same as none. */
export const labels = optional("map", { refuse: refuseLabels });
/** Labels of the framework half, which has an empty map where nothing is given. */
export const frameworkLabels = optional("map", { default: {}, refuse: refuseLabels });
/** A block with prefix that must be given. */
export const cidr = required("string", { refuse: refuseNonCidr });
/** A whole number that must be given, such as the id of another resource. */
export const integer = required("int");
/** A text that must be given. */
export const text = required("string");
