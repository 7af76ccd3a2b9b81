// The deadlines of all calls, watched by one thread of the process.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace libvirt {

class Call;

class Deadlines {
 public:
  using Clock = std::chrono::steady_clock;
  using Entry = std::pair<Clock::time_point, uint64_t>;

  /** Never destroyed: its thread lives to the end of the process. */
  static Deadlines& instance();

  Entry add(const std::shared_ptr<Call>& call, int milliseconds);
  /** Does nothing for an entry that has passed. */
  void remove(const Entry& entry);

 private:
  void watch();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<Entry, std::weak_ptr<Call>> table_;
  uint64_t next_ = 0;
  bool watching_ = false;
};

}  // namespace libvirt
