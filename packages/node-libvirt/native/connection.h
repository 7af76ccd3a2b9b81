// A connection, its worker threads, and everything that must end when it is closed.
#pragma once

#include <libvirt/libvirt.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

#include "call.h"

namespace libvirt {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<Environment> owner, unsigned threads, int timeout)
      : environment(std::move(owner)), callTimeout(timeout), maxThreads_(threads) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  const std::shared_ptr<Environment> environment;
  /** Milliseconds, for calls without a deadline of their own; 0: none. */
  const int callTimeout;
  /** Set by the opening call on a worker thread; null before it and after the close. */
  virConnectPtr pointer = nullptr;
  struct CloseWatch {
    std::shared_ptr<Environment> environment;
    int listener;
  };
  /** On the opening thread: the listener that hears of it when the connection ends otherwise than by close(). */
  void watchClose(int listener);

  /** Any thread. A call on a closed connection fails; a task is run also while closing, before anything is freed. */
  void run(std::shared_ptr<Call> call);
  void run(std::function<void()> task);
  /** A call on a thread of its own, beside those of the connection. */
  void runApart(std::shared_ptr<Call> call);

  /**
   * Begins to close, once. Calls that wait for a thread fail, or with `drain` are made first; when the last thread has
   * come back from libvirt, all is freed, and `call` (may be null) succeeds.
   */
  void close(std::shared_ptr<Call> call, bool drain);
  /** The deadline of a close: calls that are still in libvirt fail, and the closing calls succeed regardless. */
  void giveUp();
  /** Waits until the connection is closed; true when it is. */
  bool waitClosed(Deadlines::Clock::time_point until);

  /** Keeps another connection's objects from being freed while a call of this one uses them; false: it is closed. */
  bool enter();
  void leave();

  void addHandle(Handle* handle);
  /** Frees the handle's object, too. */
  void removeHandle(Handle* handle);

  /** A registered event listener, under its id in the environment, with what deregisters it from libvirt. */
  using Deregister = int (*)(virConnectPtr, int);
  void addSubscription(int listener, Deregister deregister, int callbackID);
  void removeSubscription(int listener);
  bool hasSubscription(int listener);

 private:
  struct Item {
    std::shared_ptr<Call> call;
    std::function<void()> task;
  };
  struct Subscription {
    Deregister deregister;
    int callbackID;
  };

  void push(Item item);
  void addThread();
  void work();
  void finish();
  std::vector<std::shared_ptr<Handle>> handles();

  const unsigned maxThreads_;

  /** libvirt points to it until the connection is closed. */
  std::unique_ptr<CloseWatch> closeWatch_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable closedSignal_;
  std::deque<Item> queue_;
  std::vector<std::shared_ptr<Call>> inFlight_;
  unsigned threads_ = 0;
  unsigned idle_ = 0;
  /** Threads inside libvirt, and other connections' calls that use this one. */
  unsigned busy_ = 0;
  bool closing_ = false;
  bool finishing_ = false;
  bool closed_ = false;
  std::vector<std::shared_ptr<Call>> closeCalls_;
  std::map<int, Subscription> subscriptions_;

  std::mutex handlesMutex_;
  std::unordered_set<Handle*> handles_;
};

}  // namespace libvirt
