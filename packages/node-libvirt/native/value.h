// Plain data on its way from a worker thread to JavaScript: made without JavaScript, converted on its thread.
#pragma once

#include <napi.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace libvirt {

class Handle;
class Connection;
class Environment;
class Value;

using List = std::vector<Value>;
using Fields = std::vector<std::pair<std::string, Value>>;

/** Leaves new elements as they are: a buffer that is about to be filled needs no zeros first. */
template <class T>
struct Uninitialised : std::allocator<T> {
  using std::allocator<T>::allocator;
  template <class U>
  struct rebind {
    using other = Uninitialised<U>;
  };
  template <class U>
  void construct(U* place) noexcept {
    ::new (static_cast<void*>(place)) U;
  }
  template <class U, class... A>
  void construct(U* place, A&&... arguments) {
    ::new (static_cast<void*>(place)) U(std::forward<A>(arguments)...);
  }
};
using Bytes = std::vector<uint8_t, Uninitialised<uint8_t>>;

/** Overwrites with zeros, and is not left out by the compiler because nobody reads them. */
inline void wipe(void* place, size_t size) {
  for (auto byte = static_cast<volatile uint8_t*>(place); size > 0; size--) *byte++ = 0;
}

/** Bytes of which nothing stays in memory when they are freed. */
struct SecretBytes {
  Bytes bytes;
  explicit SecretBytes(Bytes value) : bytes(std::move(value)) {}
  SecretBytes(const SecretBytes&) = default;
  SecretBytes(SecretBytes&&) = default;
  SecretBytes& operator=(const SecretBytes&) = delete;
  SecretBytes& operator=(SecretBytes&& other) {
    wipe(bytes.data(), bytes.size());
    bytes = std::move(other.bytes);
    return *this;
  }
  ~SecretBytes() { wipe(bytes.data(), bytes.size()); }
};

/** A 64-bit integer that must arrive exact: a number where that is exact, else a bigint. */
struct Exact {
  bool negative;
  uint64_t magnitude;
  static Exact of(long long value) {
    return value < 0 ? Exact{true, uint64_t(0) - uint64_t(value)} : Exact{false, uint64_t(value)};
  }
  static Exact of(unsigned long long value) { return Exact{false, value}; }
};

struct Nothing {};  // undefined
struct Null {};

class Value {
 public:
  using Data = std::variant<Nothing, Null, bool, double, Exact, std::string, Bytes, SecretBytes, List,
                            Fields, std::shared_ptr<Handle>, std::shared_ptr<Connection>>;
  Data data;

  Value() = default;
  Value(Null value) : data(value) {}
  Value(bool value) : data(value) {}
  Value(int value) : data(double(value)) {}
  Value(unsigned value) : data(double(value)) {}
  Value(long value) : data(double(value)) {}
  Value(unsigned long value) : data(double(value)) {}
  Value(long long value) : data(double(value)) {}
  Value(unsigned long long value) : data(double(value)) {}
  Value(double value) : data(value) {}
  Value(Exact value) : data(value) {}
  Value(std::string value) : data(std::move(value)) {}
  /** A NULL string is null. */
  Value(const char* value) {
    if (value) {
      data = std::string(value);
    } else {
      data = Null{};
    }
  }
  Value(Bytes value) : data(std::move(value)) {}
  Value(SecretBytes value) : data(std::move(value)) {}
  Value(List value) : data(std::move(value)) {}
  Value(Fields value) : data(std::move(value)) {}
  Value(std::shared_ptr<Handle> value) : data(std::move(value)) {}
  Value(std::shared_ptr<Connection> value) : data(std::move(value)) {}
};

/** Converts on the JavaScript thread; throws Napi::Error. */
napi_value toJavaScript(Environment& environment, Napi::Env env, Value& value);

}  // namespace libvirt
