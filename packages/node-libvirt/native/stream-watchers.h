#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace libvirt {

class Stream;

/**
 * The streams that wait for events. Their callbacks carry a number and not a reference: libvirt's remote driver never
 * calls the function that would free one (remoteStreamCallbackFree; seen with 9.0, a patch was posted in June 2025), and an
 * event may be on its way while the callback is removed.
 */
class Watchers {
 public:
  uintptr_t add(const std::shared_ptr<Stream>& stream) {
    std::lock_guard<std::mutex> lock(mutex_);
    streams_[++last_] = stream;
    return last_;
  }
  /** Null: it waits no longer. */
  std::shared_ptr<Stream> find(uintptr_t number) {
    std::lock_guard<std::mutex> lock(mutex_);
    auto found = streams_.find(number);
    return found == streams_.end() ? nullptr : found->second.lock();
  }
  void remove(uintptr_t number) {
    std::lock_guard<std::mutex> lock(mutex_);
    streams_.erase(number);
  }

 private:
  std::mutex mutex_;
  std::unordered_map<uintptr_t, std::weak_ptr<Stream>> streams_;
  uintptr_t last_ = 0;
};

}  // namespace libvirt
