#pragma once

namespace libvirt {

/**
 * Makes libvirt ready, once in the process: its errors are not printed, and one thread runs its event loop, without
 * which there are neither events nor keepalive. On a worker thread, before the first connection.
 */
void startEventLoop();

}  // namespace libvirt
