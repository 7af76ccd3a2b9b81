// Events: from libvirt's event-loop thread to listeners in JavaScript.
#include "binding.h"
#include "typed-parameters.h"

namespace libvirt {

namespace {

/** What libvirt keeps for a registered callback. */
struct Listener {
  std::shared_ptr<Environment> environment;
  std::weak_ptr<Connection> connection;
  int id;
};

void freeListener(void* opaque) { delete static_cast<Listener*>(opaque); }

/** On the event-loop thread. @param field under which the object is found in the event */
template <class T>
void emit(void* opaque, const char* field, T object, int (*reference)(T), Fields fields) {
  auto listener = static_cast<Listener*>(opaque);
  auto connection = listener->connection.lock();
  // While it closes, an object made here would outlive it.
  if (!connection || !connection->enter()) return;
  reference(object);
  fields.emplace_back(field, adopt(connection, object));
  auto event = std::make_shared<Value>(std::move(fields));
  listener->environment->post([environment = listener->environment, id = listener->id, event](Napi::Env env) {
    environment->notify(env, id, *event);
  });
  connection->leave();
}

void emitDomain(void* opaque, virDomainPtr domain, Fields fields) {
  emit(opaque, "domain", domain, virDomainRef, std::move(fields));
}

void onDomain(virConnectPtr, virDomainPtr domain, void* opaque) { emitDomain(opaque, domain, {}); }

void onLifecycle(virConnectPtr, virDomainPtr domain, int event, int detail, void* opaque) {
  emitDomain(opaque, domain, {{"event", event}, {"detail", detail}});
}

void onWatchdog(virConnectPtr, virDomainPtr domain, int action, void* opaque) {
  emitDomain(opaque, domain, {{"action", action}});
}

void onIOError(virConnectPtr, virDomainPtr domain, const char* srcPath, const char* devAlias, int action,
               const char* reason, void* opaque) {
  emitDomain(opaque, domain,
             {{"srcPath", srcPath}, {"devAlias", devAlias}, {"action", action}, {"reason", reason}});
}

void onBlockJob(virConnectPtr, virDomainPtr domain, const char* disk, int type, int status, void* opaque) {
  emitDomain(opaque, domain, {{"disk", disk}, {"type", type}, {"status", status}});
}

void onDiskChange(virConnectPtr, virDomainPtr domain, const char* oldSrcPath, const char* newSrcPath,
                  const char* devAlias, int reason, void* opaque) {
  emitDomain(opaque, domain,
             {{"oldSrcPath", oldSrcPath}, {"newSrcPath", newSrcPath}, {"devAlias", devAlias}, {"reason", reason}});
}

void onTrayChange(virConnectPtr, virDomainPtr domain, const char* devAlias, int reason, void* opaque) {
  emitDomain(opaque, domain, {{"devAlias", devAlias}, {"reason", reason}});
}

void onBalloonChange(virConnectPtr, virDomainPtr domain, unsigned long long actual, void* opaque) {
  emitDomain(opaque, domain, {{"actual", actual}});
}

void onDevice(virConnectPtr, virDomainPtr domain, const char* devAlias, void* opaque) {
  emitDomain(opaque, domain, {{"devAlias", devAlias}});
}

void onAgentLifecycle(virConnectPtr, virDomainPtr domain, int state, int reason, void* opaque) {
  emitDomain(opaque, domain, {{"state", state}, {"reason", reason}});
}

void onMigrationIteration(virConnectPtr, virDomainPtr domain, int iteration, void* opaque) {
  emitDomain(opaque, domain, {{"iteration", iteration}});
}

void onJobCompleted(virConnectPtr, virDomainPtr domain, virTypedParameterPtr params, int count, void* opaque) {
  emitDomain(opaque, domain, {{"params", fromTypedParameters(params, count)}});
}

void onMetadataChange(virConnectPtr, virDomainPtr domain, int type, const char* nsuri, void* opaque) {
  emitDomain(opaque, domain, {{"type", type}, {"nsuri", nsuri}});
}

virConnectDomainEventGenericCallback domainCallback(int eventID) {
  switch (eventID) {
    case VIR_DOMAIN_EVENT_ID_LIFECYCLE: return VIR_DOMAIN_EVENT_CALLBACK(onLifecycle);
    case VIR_DOMAIN_EVENT_ID_REBOOT: return VIR_DOMAIN_EVENT_CALLBACK(onDomain);
    case VIR_DOMAIN_EVENT_ID_WATCHDOG: return VIR_DOMAIN_EVENT_CALLBACK(onWatchdog);
    case VIR_DOMAIN_EVENT_ID_IO_ERROR_REASON: return VIR_DOMAIN_EVENT_CALLBACK(onIOError);
    case VIR_DOMAIN_EVENT_ID_CONTROL_ERROR: return VIR_DOMAIN_EVENT_CALLBACK(onDomain);
    case VIR_DOMAIN_EVENT_ID_BLOCK_JOB_2: return VIR_DOMAIN_EVENT_CALLBACK(onBlockJob);
    case VIR_DOMAIN_EVENT_ID_DISK_CHANGE: return VIR_DOMAIN_EVENT_CALLBACK(onDiskChange);
    case VIR_DOMAIN_EVENT_ID_TRAY_CHANGE: return VIR_DOMAIN_EVENT_CALLBACK(onTrayChange);
    case VIR_DOMAIN_EVENT_ID_BALLOON_CHANGE: return VIR_DOMAIN_EVENT_CALLBACK(onBalloonChange);
    case VIR_DOMAIN_EVENT_ID_DEVICE_ADDED:
    case VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED:
    case VIR_DOMAIN_EVENT_ID_DEVICE_REMOVAL_FAILED: return VIR_DOMAIN_EVENT_CALLBACK(onDevice);
    case VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE: return VIR_DOMAIN_EVENT_CALLBACK(onAgentLifecycle);
    case VIR_DOMAIN_EVENT_ID_MIGRATION_ITERATION: return VIR_DOMAIN_EVENT_CALLBACK(onMigrationIteration);
    case VIR_DOMAIN_EVENT_ID_JOB_COMPLETED: return VIR_DOMAIN_EVENT_CALLBACK(onJobCompleted);
    case VIR_DOMAIN_EVENT_ID_METADATA_CHANGE: return VIR_DOMAIN_EVENT_CALLBACK(onMetadataChange);
    default: return nullptr;
  }
}

void onPool(virConnectPtr, virStoragePoolPtr pool, void* opaque) {
  emit(opaque, "pool", pool, virStoragePoolRef, {});
}

void onPoolLifecycle(virConnectPtr, virStoragePoolPtr pool, int event, int detail, void* opaque) {
  emit(opaque, "pool", pool, virStoragePoolRef, {{"event", event}, {"detail", detail}});
}

virConnectStoragePoolEventGenericCallback poolCallback(int eventID) {
  switch (eventID) {
    case VIR_STORAGE_POOL_EVENT_ID_LIFECYCLE: return VIR_STORAGE_POOL_EVENT_CALLBACK(onPoolLifecycle);
    case VIR_STORAGE_POOL_EVENT_ID_REFRESH: return onPool;
    default: return nullptr;
  }
}

void onNetworkLifecycle(virConnectPtr, virNetworkPtr network, int event, int detail, void* opaque) {
  emit(opaque, "network", network, virNetworkRef, {{"event", event}, {"detail", detail}});
}

virConnectNetworkEventGenericCallback networkCallback(int eventID) {
  return eventID == VIR_NETWORK_EVENT_ID_LIFECYCLE ? VIR_NETWORK_EVENT_CALLBACK(onNetworkLifecycle) : nullptr;
}

void onSecret(virConnectPtr, virSecretPtr secret, void* opaque) { emit(opaque, "secret", secret, virSecretRef, {}); }

void onSecretLifecycle(virConnectPtr, virSecretPtr secret, int event, int detail, void* opaque) {
  emit(opaque, "secret", secret, virSecretRef, {{"event", event}, {"detail", detail}});
}

virConnectSecretEventGenericCallback secretCallback(int eventID) {
  switch (eventID) {
    case VIR_SECRET_EVENT_ID_LIFECYCLE: return VIR_SECRET_EVENT_CALLBACK(onSecretLifecycle);
    case VIR_SECRET_EVENT_ID_VALUE_CHANGED: return onSecret;
    default: return nullptr;
  }
}

void onNodeDevice(virConnectPtr, virNodeDevicePtr device, void* opaque) {
  emit(opaque, "device", device, virNodeDeviceRef, {});
}

void onNodeDeviceLifecycle(virConnectPtr, virNodeDevicePtr device, int event, int detail, void* opaque) {
  emit(opaque, "device", device, virNodeDeviceRef, {{"event", event}, {"detail", detail}});
}

virConnectNodeDeviceEventGenericCallback nodeDeviceCallback(int eventID) {
  switch (eventID) {
    case VIR_NODE_DEVICE_EVENT_ID_LIFECYCLE: return VIR_NODE_DEVICE_EVENT_CALLBACK(onNodeDeviceLifecycle);
    case VIR_NODE_DEVICE_EVENT_ID_UPDATE: return onNodeDevice;
    default: return nullptr;
  }
}

/** (connection, object or null, event, listener) -> id of the listener. */
template <class T, auto registerAny, Connection::Deregister deregisterAny, auto callbackOf>
Napi::Value registerListener(Args& args) {
  auto connection = args.takeConnection();
  Ref<T> scope{args.takeOptionalHandle(KindOf<T>::kind)};
  int eventID = args.takeInt();
  auto callback = callbackOf(eventID);
  if (!callback) args.wrong("an event that there is");
  Napi::Function function = args.takeFunction();
  auto environment = args.environment;
  int id = environment->addListener(function);
  auto forget = [environment, id] {
    environment->post([environment, id](Napi::Env) { environment->removeListener(id); });
  };
  auto deregister = [connection, forget, id](Value&) {
    forget();
    // A deregistration that fails has nobody to hear of it: the connection has gone.
    connection.connection->run([connection, id] {
      try {
        connection.connection->removeSubscription(id);
      } catch (const Failure&) {
      }
    });
  };
  try {
    return args.run(
        [=]() -> Value {
          auto listener = std::make_unique<Listener>(Listener{environment, connection.connection, id});
          int callbackID = registerAny(connection, scope, eventID, callback, listener.get(), freeListener);
          if (callbackID < 0) {
            forget();
            throw Failure::last();
          }
          listener.release();
          connection.connection->addSubscription(id, deregisterAny, callbackID);
          return id;
        },
        deregister);
  } catch (const Napi::Error&) {
    environment->removeListener(id);
    throw;
  }
}

Napi::Value deregisterListener(Args& args) {
  auto connection = args.takeConnection().connection;
  int id = args.takeInt();
  // At once: what is still on its way is not delivered.
  if (connection->hasSubscription(id)) args.environment->removeListener(id);
  return args.run([=]() -> Value {
    connection->removeSubscription(id);
    return Value();
  });
}

}  // namespace

void registerEvents(Registry& registry) {
  registry.add("virConnectDomainEventRegisterAny",
               registerListener<virDomainPtr, virConnectDomainEventRegisterAny, virConnectDomainEventDeregisterAny,
                                domainCallback>);
  registry.add("virConnectDomainEventDeregisterAny", deregisterListener);
  registry.add("virConnectStoragePoolEventRegisterAny",
               registerListener<virStoragePoolPtr, virConnectStoragePoolEventRegisterAny,
                                virConnectStoragePoolEventDeregisterAny, poolCallback>);
  registry.add("virConnectStoragePoolEventDeregisterAny", deregisterListener);
  registry.add("virConnectNetworkEventRegisterAny",
               registerListener<virNetworkPtr, virConnectNetworkEventRegisterAny, virConnectNetworkEventDeregisterAny,
                                networkCallback>);
  registry.add("virConnectNetworkEventDeregisterAny", deregisterListener);
  registry.add("virConnectSecretEventRegisterAny",
               registerListener<virSecretPtr, virConnectSecretEventRegisterAny, virConnectSecretEventDeregisterAny,
                                secretCallback>);
  registry.add("virConnectSecretEventDeregisterAny", deregisterListener);
  registry.add("virConnectNodeDeviceEventRegisterAny",
               registerListener<virNodeDevicePtr, virConnectNodeDeviceEventRegisterAny,
                                virConnectNodeDeviceEventDeregisterAny, nodeDeviceCallback>);
  registry.add("virConnectNodeDeviceEventDeregisterAny", deregisterListener);
}

}  // namespace libvirt
