// Streams, and the functions that put them to use: volumes, consoles, screenshots.
#include "stream.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "binding.h"
#include "stream-watchers.h"

namespace libvirt {

namespace {

constexpr int wouldBlock = -2;
constexpr int atHole = -3;

/** What every libvirt takes in one message of a stream (VIR_NET_MESSAGE_LEGACY_PAYLOAD_MAX). */
constexpr size_t messageSize = 262120;

Failure misuse(const char* message) { return {VIR_ERR_OPERATION_INVALID, VIR_FROM_STREAMS, VIR_ERR_ERROR, message}; }

Watchers watchers;

/** Free for another call: none waits, or it waits no longer. */
bool isFree(const std::shared_ptr<Call>& call) { return !call || !call->waiting(); }

}  // namespace

void Stream::released() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    released_ = true;
  }
  // To abort may ask the host; the last reference goes with the task.
  auto self = std::static_pointer_cast<Stream>(shared_from_this());
  connection->run([self] { self->closing(); });
}

void Stream::interrupt() {
  std::shared_ptr<Call> receiver, sender;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    receiver.swap(receiver_);
    sender.swap(sender_);
  }
  if (receiver) receiver->fail(misuse("the stream was closed"));
  if (sender) sender->fail(misuse("the stream was closed"));
}

void Stream::closing() {
  interrupt();
  if (retire()) virStreamAbort(stream());
}

void Stream::activate() {
  bool unwanted;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    active_ = true;
    unwanted = released_;
  }
  // The call came back after its deadline: nobody will end the stream.
  if (unwanted) closing();
}

bool Stream::retire() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (watched_) {
    virStreamEventRemoveCallback(stream());
    watchers.remove(std::exchange(watched_, 0));
  }
  bool was = active_;
  active_ = false;
  return was;
}

void Stream::finish() {
  interrupt();
  if (!retire()) throw misuse("the stream is not in use");
  if (virStreamFinish(stream()) < 0) {
    Failure failure = Failure::last();
    virStreamAbort(stream());
    throw failure;
  }
}

void Stream::abort() {
  interrupt();
  if (retire()) check(virStreamAbort(stream()));
}

void Stream::receive(const std::shared_ptr<Call>& call, size_t size, unsigned flags, bool fill) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (!active_) throw misuse("the stream is not in use");
  if (!isFree(receiver_)) throw misuse("another read of the stream is waiting");
  receiver_ = call;
  receiveSize_ = size;
  receiveFlags_ = flags;
  receiveFill_ = fill;
  received_ = 0;
  tryReceive();
  if (receiver_) watch();
}

void Stream::tryReceive() {
  if (isFree(receiver_)) {
    receiver_ = nullptr;
    return;
  }
  if (receiveFailure_) {
    std::exchange(receiver_, nullptr)->fail(*std::exchange(receiveFailure_, std::nullopt));
    return;
  }
  if (incoming_.size() < receiveSize_) incoming_.resize(receiveSize_);
  int count = 0;
  while (received_ < receiveSize_) {
    char* place = reinterpret_cast<char*>(incoming_.data()) + received_;
    size_t room = receiveSize_ - received_;
    count = receiveFlags_ ? virStreamRecvFlags(stream(), place, room, receiveFlags_) : virStreamRecv(stream(), place, room);
    if (count <= 0) break;
    received_ += size_t(count);
  }
  if (received_ > 0) {
    if (receiveFill_ && count == wouldBlock) return;
    if (count == -1) receiveFailure_ = Failure::last();
    std::exchange(receiver_, nullptr)->succeed(received_);
    return;
  }
  if (count == wouldBlock) return;
  auto call = std::exchange(receiver_, nullptr);
  long long hole = 0;
  if (count == atHole && virStreamRecvHole(stream(), &hole, 0) == 0) {
    call->succeed(-hole);
  } else if (count == 0) {
    call->succeed(Null{});
  } else {
    call->fail(Failure::last());
  }
}

void Stream::send(const std::shared_ptr<Call>& call, Bytes data) {
  size_t sent = 0;
  int count = 0;
  while (sent < data.size() && call->waiting()) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      if (!active_) throw misuse("the stream is not in use");
      if (!isFree(sender_)) throw misuse("another write to the stream is waiting");
    }
    // Without the lock: to a host that does not read, this may block, non-blocking stream or not.
    size_t size = std::min(messageSize, data.size() - sent);
    count = virStreamSend(stream(), reinterpret_cast<const char*>(data.data()) + sent, size);
    if (count < 0) break;
    sent += size_t(count);
  }
  if (count == wouldBlock && sent == 0) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!active_) throw misuse("the stream was closed");
    sender_ = call;
    unsent_ = std::move(data);
    watch();
    return;
  }
  {
    std::lock_guard<std::mutex> lock(mutex_);
    spare_ = std::move(data);
  }
  if (count != wouldBlock) check(count);
  call->succeed(sent);
}

void Stream::take(uint8_t* target, size_t size) {
  std::lock_guard<std::mutex> lock(mutex_);
  memcpy(target, incoming_.data(), std::min(size, received_));
}

Bytes Stream::spare() {
  std::lock_guard<std::mutex> lock(mutex_);
  return std::exchange(spare_, Bytes());
}

void Stream::sendHole(long long length, unsigned flags) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!active_) throw misuse("the stream is not in use");
    if (!isFree(sender_)) throw misuse("a write to the stream is waiting");
  }
  check(virStreamSendHole(stream(), length, flags));
}

void Stream::trySend() {
  if (isFree(sender_)) {
    sender_ = nullptr;
    return;
  }
  size_t size = std::min(messageSize, unsent_.size());
  int count = virStreamSend(stream(), reinterpret_cast<const char*>(unsent_.data()), size);
  if (count == wouldBlock) return;
  auto call = std::move(sender_);
  sender_ = nullptr;
  if (count < 0) {
    call->fail(Failure::last());
  } else {
    call->succeed(count);
  }
}

void Stream::watch() {
  int events = (receiver_ ? VIR_STREAM_EVENT_READABLE : 0) | (sender_ ? VIR_STREAM_EVENT_WRITABLE : 0);
  if (events) events |= VIR_STREAM_EVENT_ERROR | VIR_STREAM_EVENT_HANGUP;
  if (watched_) {
    virStreamEventUpdateCallback(stream(), events);
    return;
  }
  if (!events) return;
  watched_ = watchers.add(std::static_pointer_cast<Stream>(shared_from_this()));
  if (virStreamEventAddCallback(stream(), events, onEvent, reinterpret_cast<void*>(watched_), nullptr) == 0) return;
  watchers.remove(std::exchange(watched_, 0));
  Failure failure = Failure::last();
  if (auto call = std::move(receiver_)) call->fail(failure);
  if (auto call = std::move(sender_)) call->fail(failure);
  receiver_ = sender_ = nullptr;
}

/** On the event-loop thread. */
void Stream::onEvent(virStreamPtr, int, void* opaque) {
  std::shared_ptr<Stream> self = watchers.find(reinterpret_cast<uintptr_t>(opaque));
  if (!self) return;
  std::lock_guard<std::mutex> lock(self->mutex_);
  if (!self->watched_) return;
  self->tryReceive();
  self->trySend();
  self->watch();
}

namespace {

std::shared_ptr<Stream> takeStream(Args& args) {
  return std::static_pointer_cast<Stream>(args.takeHandle(Kind::Stream));
}

virStreamPtr pointerOf(const std::shared_ptr<Stream>& stream) { return static_cast<virStreamPtr>(stream->object); }

Napi::Value newStream(Args& args) {
  auto connection = args.takeConnection();
  return args.run([connection]() -> Value {
    virStreamPtr stream = check(virStreamNew(connection, VIR_STREAM_NONBLOCK));
    return std::static_pointer_cast<Handle>(std::make_shared<Stream>(connection.connection, stream));
  });
}

Napi::Value receive(Args& args) {
  constexpr unsigned most = 16 * 1024 * 1024;
  auto stream = takeStream(args);
  unsigned size = args.takeUnsigned();
  if (size < 1 || size > most) args.wrong("a size from 1 to " + std::to_string(most));
  unsigned flags = args.takeUnsigned();
  bool fill = args.takeBoolean();
  return args.runAsync([=](const std::shared_ptr<Call>& call) { stream->receive(call, size, flags, fill); });
}

Napi::Value take(Args& args) {
  auto stream = takeStream(args);
  auto [target, size] = args.takeTarget();
  stream->take(target, size);
  return args.env.Undefined();
}

Napi::Value send(Args& args) {
  auto stream = takeStream(args);
  auto data = std::make_shared<Bytes>(args.takeBytes(stream->spare()));
  return args.runAsync([=](const std::shared_ptr<Call>& call) { stream->send(call, std::move(*data)); });
}

Napi::Value sendHole(Args& args) {
  auto stream = takeStream(args);
  long long length = (long long)(args.takeUnsigned64());
  unsigned flags = args.takeUnsigned();
  return args.run([=]() -> Value {
    stream->sendHole(length, flags);
    return Value();
  });
}

/** Is there data or a hole in a file of this computer from `offset` on, and how far? Length 0: the file ends there. */
Value fileSection(int fd, off_t offset) {
  off_t data = lseek(fd, offset, SEEK_DATA);
  // ENXIO: no data from there on, but a hole up to the end of the file, if it is not the end already.
  bool ended = data < 0 && errno == ENXIO;
  if (data < 0 && !ended) throw Failure{VIR_ERR_SYSTEM_ERROR, VIR_FROM_STREAMS, VIR_ERR_ERROR, strerror(errno)};
  bool isData = !ended && data == offset;
  off_t next = isData ? lseek(fd, offset, SEEK_HOLE) : ended ? lseek(fd, 0, SEEK_END) : data;
  if (next < 0) throw Failure{VIR_ERR_SYSTEM_ERROR, VIR_FROM_STREAMS, VIR_ERR_ERROR, strerror(errno)};
  return Fields{{"data", isData}, {"length", (long long)(std::max(next - offset, off_t(0)))}};
}

/** On a worker thread of the connection: a file may lie on a server that does not answer. */
Napi::Value fileSection(Args& args) {
  auto connection = args.takeConnection();
  int fd = args.takeInt();
  auto offset = args.takeUnsigned64();
  return args.run([=]() -> Value { return fileSection(fd, off_t(offset)); });
}

template <void (Stream::*end)()>
Napi::Value endStream(Args& args) {
  auto stream = takeStream(args);
  return args.run([=]() -> Value {
    (stream.get()->*end)();
    return Value();
  });
}

using Transfer = int (*)(virStorageVolPtr, virStreamPtr, unsigned long long, unsigned long long, unsigned);

template <Transfer transfer>
Napi::Value transferVolume(Args& args) {
  auto volume = args.take<virStorageVolPtr>();
  auto stream = takeStream(args);
  auto offset = args.takeUnsigned64();
  auto length = args.takeUnsigned64();
  unsigned flags = args.takeUnsigned();
  return args.run([=]() -> Value {
    check(transfer(volume, pointerOf(stream), offset, length, flags));
    stream->activate();
    return Value();
  });
}

Napi::Value screenshot(Args& args) {
  auto domain = args.take<virDomainPtr>();
  auto stream = takeStream(args);
  unsigned screen = args.takeUnsigned();
  unsigned flags = args.takeUnsigned();
  return args.run([=]() -> Value {
    std::string mimeType = own(virDomainScreenshot(domain, pointerOf(stream), screen, flags));
    stream->activate();
    return mimeType;
  });
}

Napi::Value openConsole(Args& args) {
  auto domain = args.take<virDomainPtr>();
  Text device = args.takeText();
  auto stream = takeStream(args);
  unsigned flags = args.takeUnsigned();
  return args.run([=]() -> Value {
    check(virDomainOpenConsole(domain, device, pointerOf(stream), flags));
    stream->activate();
    return Value();
  });
}

}  // namespace

void registerStream(Registry& registry) {
  registry.add("virStreamNew", newStream);
  registry.add("virStreamRecvFlags", receive);
  registry.add("takeReceived", take);
  registry.add("virStreamSend", send);
  registry.add("virStreamSendHole", sendHole);
  registry.add("fileSection", fileSection);
  registry.add("virStreamFinish", endStream<&Stream::finish>);
  registry.add("virStreamAbort", endStream<&Stream::abort>);
  registry.add("virStorageVolDownload", transferVolume<virStorageVolDownload>);
  registry.add("virStorageVolUpload", transferVolume<virStorageVolUpload>);
  registry.add("virDomainScreenshot", screenshot);
  registry.add("virDomainOpenConsole", openConsole);
}

}  // namespace libvirt
