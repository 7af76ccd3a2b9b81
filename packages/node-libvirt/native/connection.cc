#include "connection.h"

#include <algorithm>
#include <thread>

#include "handle.h"

namespace libvirt {

namespace {

/** On the event-loop thread. */
void connectionEnded(virConnectPtr, int reason, void* opaque) {
  auto watch = static_cast<Connection::CloseWatch*>(opaque);
  watch->environment->post([environment = watch->environment, listener = watch->listener, reason](Napi::Env env) {
    Value event(reason);
    environment->notify(env, listener, event);
  });
}

}  // namespace

void Connection::run(std::shared_ptr<Call> call) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!closing_) {
      push({std::move(call), nullptr});
      return;
    }
  }
  call->fail(Failure::closed());
}

void Connection::run(std::function<void()> task) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (!finishing_) push({nullptr, std::move(task)});
}

void Connection::runApart(std::shared_ptr<Call> call) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!closing_) {
      busy_++;
      inFlight_.push_back(call);
      std::thread([self = shared_from_this(), call = std::move(call)]() mutable {
        call->execute();
        {
          std::lock_guard<std::mutex> held(self->mutex_);
          self->inFlight_.erase(std::find(self->inFlight_.begin(), self->inFlight_.end(), call));
        }
        // Before the connection may be closed, and without its lock: the last reference to a handle takes locks of its own.
        call.reset();
        self->leave();
      }).detach();
      return;
    }
  }
  call->fail(Failure::closed());
}

void Connection::push(Item item) {
  queue_.push_back(std::move(item));
  // One idle thread a waiting item; a further thread only where there is none: most connections need but one.
  if (idle_ >= queue_.size()) {
    wake_.notify_one();
  } else if (threads_ < maxThreads_) {
    addThread();
  }
}

void Connection::addThread() {
  threads_++;
  // Detached: a thread may stay in libvirt for ever, and that must hold up neither close() nor the end of the process.
  std::thread([self = shared_from_this()] { self->work(); }).detach();
}

void Connection::work() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    while (queue_.empty() && !closing_) {
      idle_++;
      wake_.wait(lock);
      idle_--;
    }
    if (queue_.empty()) break;
    Item item = std::move(queue_.front());
    queue_.pop_front();
    busy_++;
    if (item.call) inFlight_.push_back(item.call);
    lock.unlock();
    if (item.call) {
      item.call->execute();
    } else {
      item.task();
    }
    lock.lock();
    busy_--;
    if (item.call) inFlight_.erase(std::find(inFlight_.begin(), inFlight_.end(), item.call));
    // Freed without the lock: the last reference to a handle takes locks of its own.
    lock.unlock();
    item = Item();
    lock.lock();
  }
  if (busy_ == 0 && !finishing_) {
    finishing_ = true;
    lock.unlock();
    finish();
    lock.lock();
  }
  threads_--;
}

void Connection::close(std::shared_ptr<Call> call, bool drain) {
  std::deque<Item> refused;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (call && !closed_) closeCalls_.push_back(call);
    if (closed_) {
      if (call) call->succeed(Value());
      return;
    }
    if (!drain) {
      auto tasks = std::stable_partition(queue_.begin(), queue_.end(), [](const Item& item) { return !item.call; });
      std::move(tasks, queue_.end(), std::back_inserter(refused));
      queue_.erase(tasks, queue_.end());
    }
    if (!closing_) {
      closing_ = true;
      if (threads_ == 0) addThread();
    }
    wake_.notify_all();
  }
  for (auto& item : refused) item.call->fail(Failure::closed());
}

std::vector<std::shared_ptr<Handle>> Connection::handles() {
  std::vector<std::shared_ptr<Handle>> list;
  std::lock_guard<std::mutex> lock(handlesMutex_);
  for (Handle* handle : handles_) {
    // One that is just being destroyed on another thread has nothing left to tell.
    if (auto alive = handle->weak_from_this().lock()) list.push_back(std::move(alive));
  }
  return list;
}

void Connection::giveUp() {
  std::vector<std::shared_ptr<Call>> stuck, waiting;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stuck = inFlight_;
    waiting.swap(closeCalls_);
  }
  for (auto& call : stuck) call->fail(Failure::closed());
  for (auto& handle : handles()) handle->interrupt();
  for (auto& call : waiting) call->succeed(Value());
}

void Connection::watchClose(int listener) {
  closeWatch_ = std::make_unique<CloseWatch>(CloseWatch{environment, listener});
  // Drivers that know of no broken connections accept the callback and forget it, without freeing what belongs to it:
  // so it stays ours.
  virConnectRegisterCloseCallback(pointer, connectionEnded, closeWatch_.get(), nullptr);
}

void Connection::finish() {
  if (closeWatch_) {
    environment->post([watch = *closeWatch_](Napi::Env) { watch.environment->removeListener(watch.listener); });
  }
  if (pointer) {
    for (auto& [listener, subscription] : subscriptions_) {
      subscription.deregister(pointer, subscription.callbackID);
    }
    if (closeWatch_) virConnectUnregisterCloseCallback(pointer, connectionEnded);
    for (auto& handle : handles()) handle->closing();
    {
      std::lock_guard<std::mutex> lock(handlesMutex_);
      for (Handle* handle : handles_) handle->free();
    }
    virConnectClose(pointer);
    pointer = nullptr;
  }
  std::vector<std::shared_ptr<Call>> waiting;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    closed_ = true;
    subscriptions_.clear();
    waiting.swap(closeCalls_);
    closedSignal_.notify_all();
  }
  for (auto& call : waiting) call->succeed(Value());
}

bool Connection::waitClosed(Deadlines::Clock::time_point until) {
  std::unique_lock<std::mutex> lock(mutex_);
  return closedSignal_.wait_until(lock, until, [this] { return closed_; });
}

bool Connection::enter() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (closing_) return false;
  busy_++;
  return true;
}

void Connection::leave() {
  std::lock_guard<std::mutex> lock(mutex_);
  busy_--;
  if (busy_ == 0 && closing_ && !finishing_ && threads_ == 0) addThread();
}

void Connection::addHandle(Handle* handle) {
  std::lock_guard<std::mutex> lock(handlesMutex_);
  handles_.insert(handle);
}

void Connection::removeHandle(Handle* handle) {
  std::lock_guard<std::mutex> lock(handlesMutex_);
  handles_.erase(handle);
  handle->free();
}

void Connection::addSubscription(int listener, Deregister deregister, int callbackID) {
  std::lock_guard<std::mutex> lock(mutex_);
  subscriptions_[listener] = {deregister, callbackID};
}

bool Connection::hasSubscription(int listener) {
  std::lock_guard<std::mutex> lock(mutex_);
  return subscriptions_.count(listener) > 0;
}

void Connection::removeSubscription(int listener) {
  Subscription subscription;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    auto found = subscriptions_.find(listener);
    if (found == subscriptions_.end()) return;
    subscription = found->second;
    subscriptions_.erase(found);
  }
  check(subscription.deregister(pointer, subscription.callbackID));
}

}  // namespace libvirt
