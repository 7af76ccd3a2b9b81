#include "event-loop.h"

#include <fcntl.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "failure.h"

namespace libvirt {

namespace {

using Clock = std::chrono::steady_clock;

struct Watch {
  int fd;
  int events;
  virEventHandleCallback callback;
  void* opaque;
  virFreeCallback free;
};

struct Timer {
  /** Milliseconds; negative: switched off. */
  int interval;
  Clock::time_point next;
  virEventTimeoutCallback callback;
  void* opaque;
  virFreeCallback free;
};

/**
 * An event loop for libvirt, on poll(2). Not virEventRegisterDefaultImpl: that one runs GLib's default main context, which
 * in Electron on Linux (as in every GTK program) is the context of the user interface; iterating it on a thread of ours
 * runs the user interface there, and the process dies.
 *
 * Any thread may add, change and remove, also from within a callback. Callbacks run on the loop's thread without the
 * lock; what belongs to something removed is freed there too, later, as libvirt demands of an implementation.
 */
class Loop {
 public:
  Loop() {
    if (pipe(wakeUp_) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
    for (int fd : wakeUp_) {
      fcntl(fd, F_SETFD, FD_CLOEXEC);
      fcntl(fd, F_SETFL, O_NONBLOCK);
    }
  }

  int addWatch(Watch watch) {
    std::lock_guard<std::mutex> lock(mutex_);
    watches_[++lastId_] = std::make_shared<Watch>(watch);
    wake();
    return lastId_;
  }

  void updateWatch(int id, int events) {
    std::lock_guard<std::mutex> lock(mutex_);
    auto found = watches_.find(id);
    if (found == watches_.end()) return;
    found->second->events = events;
    wake();
  }

  int removeWatch(int id) { return remove(watches_, id); }

  int addTimer(Timer timer) {
    std::lock_guard<std::mutex> lock(mutex_);
    timer.next = Clock::now() + std::chrono::milliseconds(timer.interval);
    timers_[++lastId_] = std::make_shared<Timer>(timer);
    wake();
    return lastId_;
  }

  void updateTimer(int id, int interval) {
    std::lock_guard<std::mutex> lock(mutex_);
    auto found = timers_.find(id);
    if (found == timers_.end()) return;
    found->second->interval = interval;
    found->second->next = Clock::now() + std::chrono::milliseconds(interval);
    wake();
  }

  int removeTimer(int id) { return remove(timers_, id); }

  void run() {
    for (;;) turn();
  }

 private:
  struct Garbage {
    virFreeCallback free;
    void* opaque;
  };

  template <typename Entry>
  int remove(std::map<int, std::shared_ptr<Entry>>& entries, int id) {
    std::lock_guard<std::mutex> lock(mutex_);
    auto found = entries.find(id);
    if (found == entries.end()) return -1;
    if (found->second->free) garbage_.push_back({found->second->free, found->second->opaque});
    entries.erase(found);
    wake();
    return 0;
  }

  /** A full pipe wakes as well. */
  void wake() {
    char byte = 0;
    [[maybe_unused]] ssize_t written = write(wakeUp_[1], &byte, 1);
  }

  void turn() {
    std::vector<pollfd> polled{{wakeUp_[0], POLLIN, 0}};
    std::vector<int> ids{0};
    int timeout = -1;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      for (const auto& [id, watch] : watches_) {
        if (watch->events == 0) continue;
        polled.push_back({watch->fd, toPoll(watch->events), 0});
        ids.push_back(id);
      }
      timeout = untilNextTimer();
    }
    if (poll(polled.data(), polled.size(), timeout) < 0) {
      // EINTR only means: look again. Anything else must not make this thread spin.
      if (errno != EINTR) std::this_thread::sleep_for(std::chrono::milliseconds(100));
      return;
    }
    if (polled[0].revents != 0) drain();
    fireTimers();
    for (size_t i = 1; i < polled.size(); i++) {
      if (polled[i].revents != 0) fireWatch(ids[i], polled[i].fd, fromPoll(polled[i].revents));
    }
    freeGarbage();
  }

  void drain() {
    char bytes[256];
    while (read(wakeUp_[0], bytes, sizeof bytes) > 0) {
    }
  }

  /** Milliseconds, rounded up; -1: no timer runs. */
  int untilNextTimer() const {
    int timeout = -1;
    auto now = Clock::now();
    for (const auto& entry : timers_) {
      const Timer& timer = *entry.second;
      if (timer.interval < 0) continue;
      auto left = std::chrono::ceil<std::chrono::milliseconds>(timer.next - now).count();
      int wait = static_cast<int>(std::max<decltype(left)>(left, 0));
      timeout = timeout < 0 ? wait : std::min(timeout, wait);
    }
    return timeout;
  }

  void fireTimers() {
    std::vector<int> due;
    auto now = Clock::now();
    {
      std::lock_guard<std::mutex> lock(mutex_);
      for (const auto& [id, timer] : timers_) {
        if (timer->interval >= 0 && timer->next <= now) due.push_back(id);
      }
    }
    for (int id : due) {
      std::shared_ptr<Timer> timer;
      {
        std::lock_guard<std::mutex> lock(mutex_);
        auto found = timers_.find(id);
        // A callback before this one may have removed it, or put it off.
        if (found == timers_.end() || found->second->interval < 0 || found->second->next > now) continue;
        timer = found->second;
        timer->next = now + std::chrono::milliseconds(timer->interval);
      }
      timer->callback(id, timer->opaque);
    }
  }

  void fireWatch(int id, int fd, int events) {
    std::shared_ptr<Watch> watch;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      auto found = watches_.find(id);
      if (found == watches_.end() || found->second->events == 0) return;
      watch = found->second;
    }
    watch->callback(id, fd, events, watch->opaque);
  }

  void freeGarbage() {
    std::vector<Garbage> garbage;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      garbage.swap(garbage_);
    }
    for (const Garbage& each : garbage) each.free(each.opaque);
  }

  static short toPoll(int events) {
    short result = 0;
    if (events & VIR_EVENT_HANDLE_READABLE) result |= POLLIN;
    if (events & VIR_EVENT_HANDLE_WRITABLE) result |= POLLOUT;
    return result;
  }

  /** poll() tells of errors and hang-ups unasked, and libvirt wants to hear of them. */
  static int fromPoll(short events) {
    int result = 0;
    if (events & POLLIN) result |= VIR_EVENT_HANDLE_READABLE;
    if (events & POLLOUT) result |= VIR_EVENT_HANDLE_WRITABLE;
    if (events & (POLLERR | POLLNVAL)) result |= VIR_EVENT_HANDLE_ERROR;
    if (events & POLLHUP) result |= VIR_EVENT_HANDLE_HANGUP;
    return result;
  }

  std::mutex mutex_;
  int wakeUp_[2];
  int lastId_ = 0;
  std::map<int, std::shared_ptr<Watch>> watches_;
  std::map<int, std::shared_ptr<Timer>> timers_;
  std::vector<Garbage> garbage_;
};

/** Never destroyed: its thread runs until the process ends. */
Loop* loop = nullptr;

}  // namespace

void startEventLoop() {
  static std::once_flag once;
  std::call_once(once, [] {
    // By default libvirt writes every error to stderr; here each goes to the call that caused it.
    virSetErrorFunc(nullptr, [](void*, virErrorPtr) {});
    check(virInitialize());
    loop = new Loop;
    virEventRegisterImpl(
        [](int fd, int events, virEventHandleCallback callback, void* opaque, virFreeCallback free) {
          return loop->addWatch({fd, events, callback, opaque, free});
        },
        [](int watch, int events) { loop->updateWatch(watch, events); },
        [](int watch) { return loop->removeWatch(watch); },
        [](int interval, virEventTimeoutCallback callback, void* opaque, virFreeCallback free) {
          return loop->addTimer({interval, {}, callback, opaque, free});
        },
        [](int timer, int interval) { loop->updateTimer(timer, interval); },
        [](int timer) { return loop->removeTimer(timer); });
    std::thread([] { loop->run(); }).detach();
  });
}

}  // namespace libvirt
