#include "call.h"

namespace libvirt {

Napi::Value Call::begin(Napi::Env env) {
  napi_value promise;
  NAPI_THROW_IF_FAILED(env, napi_create_promise(env, &deferred_, &promise), Napi::Value());
  environment_->hold(env);
  return Napi::Value(env, promise);
}

void Call::setDeadline(int milliseconds) {
  if (milliseconds <= 0) return;
  timeout_ = milliseconds;
  deadline_ = Deadlines::instance().add(shared_from_this(), milliseconds);
}

void Call::execute() {
  State queued = State::Queued;
  if (!state_.compare_exchange_strong(queued, State::Running)) return;
  try {
    work_(shared_from_this());
  } catch (Failure& failure) {
    fail(std::move(failure));
  } catch (const std::bad_alloc&) {
    fail({VIR_ERR_NO_MEMORY, VIR_FROM_NONE, VIR_ERR_ERROR, "out of memory"});
  }
  work_ = nullptr;
}

Call::State Call::decide() { return state_.exchange(State::Decided); }

void Call::succeed(Value value) {
  if (decide() == State::Decided) {
    if (undo) undo(value);
    return;
  }
  value_ = std::move(value);
  if (!post() && undo) undo(value_);
}

void Call::fail(Failure failure) {
  if (decide() == State::Decided) return;
  failure_ = std::move(failure);
  post();
}

void Call::expire() {
  if (onDeadline) {
    onDeadline();
    return;
  }
  State before = decide();
  if (before == State::Decided) return;
  timedOut_ = true;
  started_ = before == State::Running;
  post();
}

bool Call::post() {
  return environment_->post([self = shared_from_this()](Napi::Env env) { self->settle(env); });
}

void Call::settle(Napi::Env env) {
  if (deadline_) Deadlines::instance().remove(*deadline_);
  environment_->letGo(env);
  Napi::HandleScope scope(env);
  try {
    if (timedOut_) {
      napi_reject_deferred(env, deferred_, environment_->makeTimeout(env, name_, timeout_, started_));
    } else if (failure_) {
      napi_reject_deferred(env, deferred_, environment_->makeError(env, name_, *failure_));
    } else {
      napi_resolve_deferred(env, deferred_, toJavaScript(*environment_, env, value_));
    }
  } catch (const Napi::Error& error) {
    napi_reject_deferred(env, deferred_, error.Value());
  }
  value_ = Value();
}

}  // namespace libvirt
