// One JavaScript environment (the main thread, a worker thread): the way back to it from other threads, and all that
// belongs to it. The addon keeps no other JavaScript state, so it can be loaded in several environments.
#pragma once

#include <napi.h>

#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "value.h"

namespace libvirt {

struct Failure;

/** What a handle's External points to. Empty when it has been released. */
struct Box {
  std::shared_ptr<Connection> connection;
  std::shared_ptr<Handle> handle;  // empty for a connection's own box
  bool isConnection = false;
};

class Environment : public std::enable_shared_from_this<Environment> {
 public:
  /** Makes the environment of `env` and binds both lives together. */
  static void create(Napi::Env env);
  static std::shared_ptr<Environment> of(Napi::Env env);

  /** From any thread: run `work` on the JavaScript thread. false when the environment has ended. */
  bool post(std::function<void(Napi::Env)> work);
  /** From any thread: nothing will run any more. */
  bool ended();

  // The rest is for the JavaScript thread alone.

  /** A pending promise keeps the process alive, as Node's own do; nothing else here does. */
  void hold(Napi::Env env);
  void letGo(Napi::Env env);

  Napi::Value makeError(Napi::Env env, const char* call, const Failure& failure);
  Napi::Value makeTimeout(Napi::Env env, const char* call, int timeout, bool started);

  Napi::Value wrap(Napi::Env env, std::shared_ptr<Connection> connection);
  Napi::Value wrap(Napi::Env env, std::shared_ptr<Handle> handle);
  /** The box of a handle that this environment has made, else null. */
  Box* unwrap(const Napi::Value& value) const;
  static void empty(Box& box);

  int addListener(Napi::Function listener);
  void removeListener(int id);
  /** Empty when there is none. */
  Napi::Function listener(int id);
  /** Calls a listener, if it is still there. What it throws becomes an uncaught exception. */
  void notify(Napi::Env env, int id, Value& event);

  Napi::FunctionReference errorFactory;
  Napi::FunctionReference timeoutFactory;

 private:
  void end();
  Napi::Value external(Napi::Env env, Box* box);

  std::mutex mutex_;
  bool ended_ = false;
  napi_threadsafe_function queue_ = nullptr;

  int pending_ = 0;
  int nextListener_ = 1;
  std::unordered_map<int, Napi::FunctionReference> listeners_;
  std::unordered_set<Box*> boxes_;
};

}  // namespace libvirt
