#include "deadlines.h"

#include <thread>

#include "call.h"

namespace libvirt {

Deadlines& Deadlines::instance() {
  static Deadlines* deadlines = new Deadlines();
  return *deadlines;
}

Deadlines::Entry Deadlines::add(const std::shared_ptr<Call>& call, int milliseconds) {
  std::lock_guard<std::mutex> lock(mutex_);
  Entry entry{Clock::now() + std::chrono::milliseconds(milliseconds), next_++};
  table_.emplace(entry, call);
  if (!watching_) {
    watching_ = true;
    std::thread([this] { watch(); }).detach();
  } else if (table_.begin()->first == entry) {
    changed_.notify_one();
  }
  return entry;
}

void Deadlines::remove(const Entry& entry) {
  std::lock_guard<std::mutex> lock(mutex_);
  table_.erase(entry);
}

void Deadlines::watch() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    if (table_.empty()) {
      changed_.wait(lock);
      continue;
    }
    auto first = table_.begin();
    auto time = first->first.first;
    if (Clock::now() < time) {
      changed_.wait_until(lock, time);
      continue;
    }
    std::shared_ptr<Call> call = first->second.lock();
    table_.erase(first);
    lock.unlock();
    if (call) call->expire();
    call.reset();
    lock.lock();
  }
}

}  // namespace libvirt
