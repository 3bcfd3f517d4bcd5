global using System.Security.Cryptography;
global using System.Text;
global using System.Text.Json;
global using System.Text.Json.Nodes;
global using BackupOperator.Kubernetes.Client;
global using BackupOperator.Kubernetes.Models;
global using BackupOperator.Kubernetes.Serialization;
global using Microsoft.Extensions.Logging;
