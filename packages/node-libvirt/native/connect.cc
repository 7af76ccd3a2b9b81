// Connections: virConnect* and virNode*.
#include "binding.h"
#include "credentials.h"
#include "event-loop.h"
#include "typed-parameters.h"

namespace libvirt {

namespace {

struct OpenOptions {
  Text uri;
  unsigned flags = 0;
  unsigned threads = 0;
  int callTimeout = 0;
  int keepAliveInterval = 0;
  unsigned keepAliveCount = 0;
  std::vector<int> credentialTypes;
  int askListener = 0;
  int closeListener = 0;
};

bool flagOf(const Napi::Object& object, const char* name) {
  Napi::Value value = object.Get(name);
  if (!value.IsBoolean()) throw Napi::TypeError::New(object.Env(), std::string(name) + " must be a boolean");
  return value.As<Napi::Boolean>();
}

int rangeOf(const Napi::Object& object, const char* name, int least, int most) {
  int value = Args::toInt(object.Get(name), name);
  if (value < least || value > most) {
    throw Napi::RangeError::New(object.Env(), std::string(name) + " must be from " + std::to_string(least) + " to " +
                                                  std::to_string(most));
  }
  return value;
}

/** Read with the options, but only registered when all arguments have proved right. */
struct Listeners {
  Napi::Function ask;
  Napi::Function onClose;
};

OpenOptions readOptions(Args& args, Listeners& listeners) {
  constexpr int anyPositive = 0x7fffffff;
  Napi::Object object = args.takeObject();
  OpenOptions options;
  Napi::Value uri = object.Get("uri");
  if (!uri.IsNull()) options.uri = {Args::toString(uri, "uri")};
  if (flagOf(object, "readOnly")) options.flags |= VIR_CONNECT_RO;
  if (flagOf(object, "noAliases")) options.flags |= VIR_CONNECT_NO_ALIASES;
  options.threads = unsigned(rangeOf(object, "threads", 1, 32));
  options.callTimeout = rangeOf(object, "callTimeout", 0, anyPositive);
  options.keepAliveInterval = rangeOf(object, "keepAliveInterval", 0, anyPositive);
  options.keepAliveCount = unsigned(rangeOf(object, "keepAliveCount", 0, anyPositive));
  Napi::Value types = object.Get("credentialTypes");
  if (!types.IsArray()) throw Napi::TypeError::New(args.env, "credentialTypes must be an array");
  for (uint32_t index = 0; index < types.As<Napi::Array>().Length(); index++) {
    options.credentialTypes.push_back(Args::toInt(types.As<Napi::Array>()[index], "a credential type"));
  }
  Napi::Value ask = object.Get("ask");
  Napi::Value onClose = object.Get("onClose");
  if (!ask.IsNull() && !ask.IsFunction()) throw Napi::TypeError::New(args.env, "ask must be a function or null");
  if (!onClose.IsFunction()) throw Napi::TypeError::New(args.env, "onClose must be a function");
  if (ask.IsFunction()) listeners.ask = ask.As<Napi::Function>();
  listeners.onClose = onClose.As<Napi::Function>();
  return options;
}

void forget(const std::shared_ptr<Environment>& environment, int listener) {
  if (listener) {
    environment->post([environment, listener](Napi::Env) { environment->removeListener(listener); });
  }
}

/** false: the driver has no such thing. */
bool setKeepAlive(virConnectPtr connection, int interval, unsigned count) {
  int result = virConnectSetKeepAlive(connection, interval, count);
  if (result >= 0) return result == 0;
  Failure failure = Failure::last();
  if (failure.code == VIR_ERR_NO_SUPPORT) return false;
  throw failure;
}

/** On a worker thread of the connection that is being opened. */
void openConnection(Connection& connection, const OpenOptions& options, const std::shared_ptr<Call>& call) {
  startEventLoop();
  Credentials credentials(connection.environment, options.askListener, options.credentialTypes);
  virConnectAuth auth = credentials.auth(call);
  connection.pointer =
      check(virConnectOpenAuth(options.uri, options.askListener ? &auth : nullptr, options.flags));
  connection.watchClose(options.closeListener);
  if (options.keepAliveInterval > 0) {
    setKeepAlive(connection.pointer, options.keepAliveInterval, options.keepAliveCount);
  }
}

Napi::Value open(Args& args) {
  Listeners listeners;
  OpenOptions options = readOptions(args, listeners);
  int deadline = args.takeDeadline();
  if (!listeners.ask.IsEmpty()) options.askListener = args.environment->addListener(listeners.ask);
  options.closeListener = args.environment->addListener(listeners.onClose);
  auto connection = std::make_shared<Connection>(args.environment, options.threads, options.callTimeout);
  auto [call, promise] = args.makeCall([connection, options](const std::shared_ptr<Call>& opening) {
    try {
      openConnection(*connection, options, opening);
      forget(connection->environment, options.askListener);
      opening->succeed(connection);
    } catch (Failure&) {
      forget(connection->environment, options.askListener);
      if (!connection->pointer) forget(connection->environment, options.closeListener);
      connection->close(nullptr, false);
      throw;
    }
  });
  // Opened too late: nobody has it.
  call->undo = [connection](Value&) { connection->close(nullptr, false); };
  call->setDeadline(deadline);
  connection->run(std::move(call));
  return promise;
}

Napi::Value close(Args& args) {
  auto connection = args.takeConnection().connection;
  int deadline = args.takeDeadline();
  auto [call, promise] = args.makeCall(nullptr);
  call->onDeadline = [connection] { connection->giveUp(); };
  connection->close(call, false);
  call->setDeadline(deadline);
  return promise;
}

Napi::Value changeKeepAlive(Args& args) {
  auto connection = args.takeConnection();
  int interval = args.takeInt();
  unsigned count = args.takeUnsigned();
  return args.run([=]() -> Value { return setKeepAlive(connection, interval, count); });
}

template <int (*get)(virConnectPtr, unsigned long*)>
Napi::Value version(Args& args) {
  auto connection = args.takeConnection();
  return args.run([connection]() -> Value {
    unsigned long number = 0;
    check(get(connection, &number));
    return number;
  });
}

/** The version of the client library; on a connection's thread, as every call. */
Napi::Value libraryVersion(Args& args) {
  args.takeConnection();
  return args.run([]() -> Value {
    unsigned long number = 0;
    check(virGetVersion(&number, nullptr, nullptr));
    return number;
  });
}

Napi::Value nodeInfo(Args& args) {
  auto connection = args.takeConnection();
  return args.run([connection]() -> Value {
    virNodeInfo info = {};
    check(virNodeGetInfo(connection, &info));
    return Fields{{"model", std::string(info.model, strnlen(info.model, sizeof info.model))},
                  {"memory", info.memory},
                  {"cpus", info.cpus},
                  {"mhz", info.mhz},
                  {"nodes", info.nodes},
                  {"sockets", info.sockets},
                  {"cores", info.cores},
                  {"threads", info.threads}};
  });
}

Napi::Value freeMemory(Args& args) {
  auto connection = args.takeConnection();
  return args.run([connection]() -> Value {
    // No memory at all is how this one fails.
    unsigned long long bytes = virNodeGetFreeMemory(connection);
    if (bytes == 0) throw Failure::last();
    return bytes;
  });
}

List statsRecords(const std::shared_ptr<Connection>& connection, virDomainStatsRecordPtr* records, int count) {
  List list;
  list.reserve(size_t(count));
  for (int index = 0; index < count; index++) {
    auto record = records[index];
    virDomainRef(record->dom);
    list.emplace_back(Fields{{"domain", adopt(connection, record->dom)},
                             {"stats", fromTypedParameters(record->params, record->nparams)}});
  }
  virDomainStatsRecordListFree(records);
  return list;
}

Napi::Value allDomainStats(Args& args) {
  auto connection = args.takeConnection();
  unsigned stats = args.takeUnsigned();
  unsigned flags = args.takeUnsigned();
  return args.run([=]() -> Value {
    virDomainStatsRecordPtr* records = nullptr;
    int count = check(virConnectGetAllDomainStats(connection, stats, &records, flags));
    return statsRecords(connection.connection, records, count);
  });
}

Napi::Value domainListStats(Args& args) {
  auto connection = args.takeConnection().connection;
  std::vector<Ref<virDomainPtr>> domains;
  Napi::Array array = args.takeArray();
  for (uint32_t index = 0; index < array.Length(); index++) {
    Box* box = args.environment->unwrap(array[index]);
    if (!box || !box->handle || box->handle->kind != Kind::Domain || box->connection != connection) {
      args.wrong("an array of domains of the connection");
    }
    domains.push_back({box->handle});
  }
  unsigned stats = args.takeUnsigned();
  unsigned flags = args.takeUnsigned();
  return args.run([=]() -> Value {
    // libvirt refuses an empty list.
    if (domains.empty()) return List{};
    std::vector<virDomainPtr> pointers(domains.begin(), domains.end());
    pointers.push_back(nullptr);
    virDomainStatsRecordPtr* records = nullptr;
    int count = check(virDomainListGetStats(pointers.data(), stats, &records, flags));
    return statsRecords(connection, records, count);
  });
}

}  // namespace

void registerConnect(Registry& registry) {
  registry.add("virConnectOpenAuth", open);
  registry.add("virConnectClose", close);
  LIBVIRT_BIND(registry, As::Boolean, virConnectIsAlive);
  LIBVIRT_BIND(registry, As::Boolean, virConnectIsEncrypted);
  LIBVIRT_BIND(registry, As::Boolean, virConnectIsSecure);
  registry.add("virConnectSetKeepAlive", changeKeepAlive);
  LIBVIRT_BIND(registry, As::Nothing, virConnectGetURI);
  LIBVIRT_BIND(registry, As::Nothing, virConnectGetHostname);
  LIBVIRT_BIND(registry, As::Nothing, virConnectGetType);
  registry.add("virConnectGetVersion", version<virConnectGetVersion>);
  registry.add("virConnectGetLibVersion", version<virConnectGetLibVersion>);
  registry.add("virGetVersion", libraryVersion);
  LIBVIRT_BIND(registry, As::Nothing, virConnectGetCapabilities);
  LIBVIRT_BIND(registry, As::Nothing, virConnectGetDomainCapabilities);
  LIBVIRT_BIND(registry, As::Nothing, virConnectDomainXMLToNative);
  LIBVIRT_BIND(registry, As::Number, virConnectCompareCPU);
  LIBVIRT_BIND(registry, As::Number, virConnectCompareHypervisorCPU);
  registry.add("virNodeGetInfo", nodeInfo);
  registry.add("virNodeGetFreeMemory", freeMemory);
  registry.add("virConnectGetAllDomainStats", allDomainStats);
  registry.add("virDomainListGetStats", domainListStats);
}

}  // namespace libvirt
