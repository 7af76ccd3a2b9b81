// How a function of libvirt becomes one of the addon's: arguments are read by type, the call is queued, its result
// converted. Functions of a common shape take one line; others read their arguments from Args and say what to run.
#pragma once

#include <napi.h>

#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "call.h"
#include "connection.h"
#include "handle.h"

namespace libvirt {

/** A string argument; null is libvirt's NULL. */
struct Text {
  std::optional<std::string> text;
  operator const char*() const { return text ? text->c_str() : nullptr; }
};

/** A connection as an argument. */
struct ConnectionRef {
  std::shared_ptr<Connection> connection;
  operator virConnectPtr() const { return connection->pointer; }
};

/** The arguments of one call, read from left to right. Wrong ones throw TypeError or RangeError. */
class Args {
 public:
  Args(const Napi::CallbackInfo& info, const char* name)
      : environment(Environment::of(info.Env())), env(info.Env()), info_(info), name_(name) {}

  const std::shared_ptr<Environment> environment;
  const Napi::Env env;
  /** Of the first handle read. */
  std::shared_ptr<Connection> connection;

  template <class T>
  auto take();

  ConnectionRef takeConnection();
  /** A connection other than the one that makes the call. */
  std::shared_ptr<Connection> takeOtherConnection();
  std::shared_ptr<Handle> takeHandle(Kind kind);
  std::shared_ptr<Handle> takeOptionalHandle(Kind kind);
  Text takeText();
  /** A copy, made in the memory of `reused`. */
  Bytes takeBytes(Bytes reused = {});
  /** Memory to write to now, on the JavaScript thread. */
  std::pair<uint8_t*, size_t> takeTarget();
  Napi::Function takeFunction();
  Napi::Object takeObject();
  Napi::Array takeArray();
  int takeInt();
  unsigned takeUnsigned();
  bool takeBoolean();
  unsigned long long takeUnsigned64();

  static int toInt(const Napi::Value& value, const std::string& what);
  static unsigned toUnsigned(const Napi::Value& value, const std::string& what);
  static unsigned long long toUnsigned64(const Napi::Value& value, const std::string& what);
  static long long toInt64(const Napi::Value& value, const std::string& what);
  static std::string toString(const Napi::Value& value, const std::string& what);

  /** Reads the deadline, the last argument, and queues the call. */
  Napi::Value run(std::function<Value()> work, std::function<void(Value&)> undo = nullptr);
  /** The same on a thread of the call's own, for work that takes minutes: other calls of the connection do not wait for it. */
  Napi::Value runApart(std::function<Value()> work);
  /** The same for work that may be completed later. */
  Napi::Value runAsync(Call::Work work, std::function<void(Value&)> undo = nullptr);
  /** For calls that are not queued on `connection`: the call, and the promise. */
  std::pair<std::shared_ptr<Call>, Napi::Value> makeCall(Call::Work work);
  /** Milliseconds; the connection's own where none is given. */
  int takeDeadline();

  [[noreturn]] void wrong(const std::string& expected) const;

 private:
  Napi::Value next();
  std::string where() const { return "argument " + std::to_string(index_) + " of " + name_; }

  const Napi::CallbackInfo& info_;
  const char* const name_;
  size_t index_ = 0;
};

template <class T>
auto Args::take() {
  if constexpr (std::is_same_v<T, virConnectPtr>) {
    return takeConnection();
  } else if constexpr (std::is_same_v<T, const char*>) {
    return takeText();
  } else if constexpr (std::is_same_v<T, int>) {
    return takeInt();
  } else if constexpr (std::is_same_v<T, unsigned>) {
    return takeUnsigned();
  } else if constexpr (std::is_same_v<T, unsigned long long>) {
    return takeUnsigned64();
  } else {
    return Ref<T>{takeHandle(KindOf<T>::kind)};
  }
}

/** What an int result means: nothing beyond success, a yes or no, or a number. */
enum class As { Nothing, Boolean, Number };

template <As as, class R>
Value toValue(const std::shared_ptr<Connection>& connection, R result) {
  if constexpr (std::is_same_v<R, int>) {
    check(result);
    if constexpr (as == As::Boolean) return result != 0;
    if constexpr (as == As::Number) return result;
    return Value();
  } else if constexpr (std::is_same_v<R, char*>) {
    return own(result);
  } else if constexpr (std::is_same_v<R, const char*>) {
    return std::string(check(result));
  } else {
    return adopt(connection, check(result));
  }
}

/** A function of libvirt whose arguments and result all have an obvious form in JavaScript. */
template <As as, auto function, class R, class... A>
Napi::Value bind(Args& args, R (*)(A...)) {
  // Braces: the arguments must be taken in their order.
  std::tuple<decltype(args.take<A>())...> values{args.take<A>()...};
  return args.run([values = std::move(values), connection = args.connection] {
    return toValue<as>(connection, std::apply([](auto&... value) { return function(static_cast<A>(value)...); }, values));
  });
}

/** A function that lists objects: (owner, T** list, flags). */
template <auto function, class Owner, class T>
Napi::Value bindList(Args& args, int (*)(Owner, T**, unsigned)) {
  auto owner = args.take<Owner>();
  unsigned flags = args.takeUnsigned();
  return args.run([owner, flags, connection = args.connection]() -> Value {
    T* objects = nullptr;
    int count = check(function(static_cast<Owner>(owner), &objects, flags));
    List list;
    list.reserve(size_t(count));
    for (int index = 0; index < count; index++) list.emplace_back(adopt(connection, objects[index]));
    free(objects);
    return list;
  });
}

/** The functions of the addon, by name. */
class Registry {
 public:
  using Function = Napi::Value (*)(Args&);
  struct Entry {
    const char* name;
    Function function;
  };
  void add(const char* name, Function function) { entries.push_back({name, function}); }
  std::vector<Entry> entries;
};

#define LIBVIRT_BIND(registry, as, function) \
  registry.add(#function, [](Args& args) { return bind<as, &function>(args, &function); })
#define LIBVIRT_BIND_LIST(registry, function) \
  registry.add(#function, [](Args& args) { return bindList<&function>(args, &function); })

void registerConnect(Registry& registry);
void registerDomain(Registry& registry);
void registerDomainJobs(Registry& registry);
void registerDomainAccess(Registry& registry);
void registerStorage(Registry& registry);
void registerHostObjects(Registry& registry);
void registerStream(Registry& registry);
void registerEvents(Registry& registry);

}  // namespace libvirt
