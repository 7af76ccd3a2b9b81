// One call of libvirt: from its arguments on the JavaScript thread, to a worker thread of its connection, and back.
#pragma once

#include <napi.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "deadlines.h"
#include "environment.h"
#include "failure.h"
#include "handle.h"
#include "value.h"

namespace libvirt {

class Call : public std::enable_shared_from_this<Call> {
 public:
  /** Runs on a worker thread. Ends in succeed() or fail(), at once or later; what it throws of Failure becomes fail(). */
  using Work = std::function<void(const std::shared_ptr<Call>&)>;

  Call(std::shared_ptr<Environment> environment, const char* name, Work work)
      : environment_(std::move(environment)), name_(name), work_(std::move(work)) {}

  /** JavaScript thread: makes the promise. */
  Napi::Value begin(Napi::Env env);
  void setDeadline(int milliseconds);

  /** Any thread. Whichever of these, and the deadline, comes first decides. */
  void execute();
  void succeed(Value value);
  void fail(Failure failure);
  void expire();
  /** false: it was decided already, by its deadline or by the closing of the connection. */
  bool waiting() const { return state_ != State::Decided; }

  /** What undoes the result when nobody waits for it any more; on the worker thread. */
  std::function<void(Value&)> undo;
  /** What the deadline does instead of rejecting; on the deadline thread. */
  std::function<void()> onDeadline;

 private:
  enum class State { Queued, Running, Decided };

  State decide();
  bool post();
  void settle(Napi::Env env);

  const std::shared_ptr<Environment> environment_;
  const char* const name_;
  Work work_;
  std::atomic<State> state_{State::Queued};

  int timeout_ = 0;
  std::optional<Deadlines::Entry> deadline_;

  // Written by the thread that decides, read on the JavaScript thread after it.
  std::optional<Failure> failure_;
  bool timedOut_ = false;
  bool started_ = false;
  Value value_;

  napi_deferred deferred_ = nullptr;
};

}  // namespace libvirt
