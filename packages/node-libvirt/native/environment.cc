#include "environment.h"

#include "connection.h"
#include "failure.h"
#include "handle.h"

namespace libvirt {

namespace {

/** At the end of an environment, how long its connections may take to close in good order. */
constexpr std::chrono::milliseconds closingTime(250);

using Work = std::function<void(Napi::Env)>;

/** On the JavaScript thread, for each piece of work; without an environment when it ended in between. */
void runPosted(napi_env env, napi_value, void*, void* data) {
  std::unique_ptr<Work> work(static_cast<Work*>(data));
  if (!env) return;
  Napi::HandleScope scope(env);
  try {
    (*work)(Napi::Env(env));
  } catch (const Napi::Error& error) {
    napi_fatal_exception(env, error.Value());
  }
}

Napi::Value describe(Napi::Env env, const char* call, const Failure& failure) {
  Napi::Object data = Napi::Object::New(env);
  data.Set("code", failure.code);
  data.Set("domain", failure.domain);
  data.Set("level", failure.level);
  data.Set("message", failure.message);
  data.Set("call", call);
  return data;
}

}  // namespace

void Environment::create(Napi::Env env) {
  auto environment = std::make_shared<Environment>();
  napi_value name = Napi::String::New(env, "node-libvirt");
  NAPI_THROW_IF_FAILED_VOID(env, napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr,
                                                                 nullptr, runPosted, &environment->queue_));
  NAPI_THROW_IF_FAILED_VOID(env, napi_unref_threadsafe_function(env, environment->queue_));
  // Hooks run last in, first out: this one before the queue's own.
  env.AddCleanupHook([environment] { environment->end(); });
  env.SetInstanceData<std::shared_ptr<Environment>>(new std::shared_ptr<Environment>(environment));
}

std::shared_ptr<Environment> Environment::of(Napi::Env env) {
  return *env.GetInstanceData<std::shared_ptr<Environment>>();
}

void Environment::end() {
  std::vector<std::shared_ptr<Connection>> open;
  for (Box* box : boxes_) {
    if (box->isConnection && box->connection) open.push_back(box->connection);
  }
  for (auto& connection : open) connection->close(nullptr, false);
  auto until = Deadlines::Clock::now() + closingTime;
  for (auto& connection : open) connection->waitClosed(until);
  {
    std::lock_guard<std::mutex> lock(mutex_);
    ended_ = true;
  }
  listeners_.clear();
  errorFactory.Reset();
  timeoutFactory.Reset();
}

bool Environment::post(Work work) {
  auto posted = std::make_unique<Work>(std::move(work));
  std::lock_guard<std::mutex> lock(mutex_);
  if (ended_ || napi_call_threadsafe_function(queue_, posted.get(), napi_tsfn_nonblocking) != napi_ok) return false;
  posted.release();
  return true;
}

bool Environment::ended() {
  std::lock_guard<std::mutex> lock(mutex_);
  return ended_;
}

void Environment::hold(Napi::Env env) {
  if (pending_++ == 0) napi_ref_threadsafe_function(env, queue_);
}

void Environment::letGo(Napi::Env env) {
  if (--pending_ == 0) napi_unref_threadsafe_function(env, queue_);
}

Napi::Value Environment::makeError(Napi::Env env, const char* call, const Failure& failure) {
  return errorFactory.Call({describe(env, call, failure)});
}

Napi::Value Environment::makeTimeout(Napi::Env env, const char* call, int timeout, bool started) {
  std::string message = std::string(call) + (started ? " did not return" : " was not begun") + " within " +
                        std::to_string(timeout) + " ms";
  Failure failure{VIR_ERR_OPERATION_TIMEOUT, VIR_FROM_NONE, VIR_ERR_ERROR, message};
  return timeoutFactory.Call(
      {describe(env, call, failure), Napi::Number::New(env, timeout), Napi::Boolean::New(env, started)});
}

Napi::Value Environment::external(Napi::Env env, Box* box) {
  boxes_.insert(box);
  return Napi::External<Box>::New(env, box, [self = shared_from_this()](Napi::Env, Box* collected) {
    self->boxes_.erase(collected);
    empty(*collected);
    delete collected;
  });
}

Napi::Value Environment::wrap(Napi::Env env, std::shared_ptr<Connection> connection) {
  return external(env, new Box{std::move(connection), nullptr, true});
}

Napi::Value Environment::wrap(Napi::Env env, std::shared_ptr<Handle> handle) {
  auto connection = handle->connection;
  return external(env, new Box{std::move(connection), std::move(handle), false});
}

Box* Environment::unwrap(const Napi::Value& value) const {
  if (!value.IsExternal()) return nullptr;
  Box* box = value.As<Napi::External<Box>>().Data();
  return boxes_.count(box) ? box : nullptr;
}

void Environment::empty(Box& box) {
  if (box.isConnection && box.connection) box.connection->close(nullptr, true);
  if (box.handle) box.handle->released();
  box.handle.reset();
  box.connection.reset();
}

int Environment::addListener(Napi::Function listener) {
  int id = nextListener_++;
  listeners_[id] = Napi::Persistent(listener);
  return id;
}

void Environment::removeListener(int id) { listeners_.erase(id); }

Napi::Function Environment::listener(int id) {
  auto found = listeners_.find(id);
  return found == listeners_.end() ? Napi::Function() : found->second.Value();
}

void Environment::notify(Napi::Env env, int id, Value& event) {
  Napi::Function function = listener(id);
  if (function.IsEmpty()) return;
  Napi::Value argument(env, toJavaScript(*this, env, event));
  function.Call({argument});
}

}  // namespace libvirt
