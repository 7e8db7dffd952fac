// Instances of the bundle's modules, for the orchestrator. Its memory and those of its guests are apart: what crosses
// is copied here, in one step for all that a call is given.
import { data, modules, rooms } from "./modules.js";
import { functions } from "./functions.js";

const NO_IMPORTS = {};

export function instantiate(module) {
  return new WebAssembly.Instance(modules[module], NO_IMPORTS).exports;
}

export function memoryBytes(exports) {
  return exports.memory.buffer.byteLength;
}

export function read(exports, at, into) {
  into.set(new Uint8Array(exports.memory.buffer, at, into.length));
}

// Blocks are (start, bytes, align), links are (slot, block).
export function place(exports, bytes, blocks, links, addresses) {
  const realloc = exports.cabi_realloc;
  for (let i = 0, block = 0; block < addresses.length; i += 3, block++) {
    const align = blocks[i + 2];
    const address = realloc(0, 0, align, blocks[i + 1]) >>> 0;
    if (address % align !== 0) throw new Error("its allocator gave an address that is not aligned");
    addresses[block] = address;
  }
  const image = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < links.length; i += 2) image.setUint32(links[i], addresses[links[i + 1]], true);
  // The allocator may have grown the memory, so the view is made now; it refuses what is not in it.
  const memory = new Uint8Array(exports.memory.buffer);
  for (let i = 0, block = 0; block < addresses.length; i += 3, block++) {
    memory.set(bytes.subarray(blocks[i], blocks[i] + blocks[i + 1]), addresses[block]);
  }
}

export function call(exports, index, kinds, bits) {
  const view = new DataView(bits.buffer, bits.byteOffset, bits.byteLength);
  const params = new Array(kinds.length);
  for (let i = 0; i < kinds.length; i++) params[i] = param(view, 8 * i, kinds[i]);
  return exports[functions[index]](...params) >>> 0;
}

function param(view, at, kind) {
  switch (kind) {
    case 0: return view.getInt32(at, true);
    case 1: return view.getBigInt64(at, true);
    case 2: return view.getFloat32(at, true);
    default: return view.getFloat64(at, true);
  }
}

export function postReturn(exports, index, result) {
  exports["cabi_post_" + functions[index]]?.(result);
}

export function bundleData() {
  return new Uint8Array(data);
}

export function bundleRooms() {
  return JSON.stringify(rooms);
}
