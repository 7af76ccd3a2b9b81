#pragma once

#include <libvirt/libvirt.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "call.h"
#include "handle.h"

namespace libvirt {

/**
 * A stream (virStreamPtr), always non-blocking: a read that finds nothing waits in the event loop, not on a thread, so
 * that an idle console or a slow download keeps no other call from running.
 */
class Stream : public Handle {
 public:
  Stream(std::shared_ptr<Connection> owner, virStreamPtr stream)
      : Handle(std::move(owner), Kind::Stream, stream) {}

  void released() override;
  void interrupt() override;
  void closing() override;

  // On worker threads.

  /** A function of libvirt has put the stream to use. */
  void activate();
  /**
   * Completes `call` with the number of bytes that there are, at most `size`, or null at the end; now or when there are
   * any. take() gives them, until the next call. `fill`: waits until there are `size` bytes, or what comes next are
   * none. With VIR_STREAM_RECV_STOP_AT_HOLE a hole is told as its length, negative, when the bytes before it have been.
   */
  void receive(const std::shared_ptr<Call>& call, size_t size, unsigned flags, bool fill);
  /** Completes `call` with the number of bytes sent: all, or as many as the stream took before it would have blocked. */
  void send(const std::shared_ptr<Call>& call, Bytes data);
  void sendHole(long long length, unsigned flags);

  // On the JavaScript thread.

  /** Copies what was received last. */
  void take(uint8_t* target, size_t size);
  /** Memory for bytes to send, used before; many MiB a second need not be asked for anew. */
  Bytes spare();
  void finish();
  void abort();

 private:
  virStreamPtr stream() const { return static_cast<virStreamPtr>(object); }
  static void onEvent(virStreamPtr stream, int events, void* opaque);
  /** The rest with the lock held. */
  void tryReceive();
  void trySend();
  void watch();
  /** No more events; true when the stream was in use. */
  bool retire();

  std::mutex mutex_;
  bool active_ = false;
  bool released_ = false;
  /** Its number among those that wait for events; 0: it does not. */
  uintptr_t watched_ = 0;
  std::shared_ptr<Call> receiver_;
  size_t receiveSize_ = 0;
  unsigned receiveFlags_ = 0;
  bool receiveFill_ = false;
  Bytes incoming_;
  size_t received_ = 0;
  /** Of a read that had bytes to give first. */
  std::optional<Failure> receiveFailure_;
  std::shared_ptr<Call> sender_;
  Bytes unsent_;
  Bytes spare_;
};

}  // namespace libvirt
