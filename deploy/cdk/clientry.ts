/**
 * Clientry on AWS as a construct of the CDK: an HTTP API, the function, its table, its schedule, its key, a role with no more than it needs,
 * and alarms, as deploy/aws/template.yaml has them for SAM. The CDK asks for a class.
 */

import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2'
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations'
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb'
import { Rule, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Key } from 'aws-cdk-lib/aws-kms'
import { Architecture, Code, Function as LambdaFn, Runtime } from 'aws-cdk-lib/aws-lambda'
import { FilterPattern, LogGroup, MetricFilter, RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager'
import type { ITopic } from 'aws-cdk-lib/aws-sns'
import { Construct } from 'constructs'

export interface ClientryProps {
  /** The folder `dist/lambda` of a build. */
  readonly code: string
  /** As docs/examples/clientry.lambda.json; its store is filled in here. */
  readonly configuration: Readonly<Record<string, unknown>>
  /** The key of the installation, 32 bytes in base64: `CLIENTRY_KEY` in the configuration. */
  readonly keySecret: ISecret
  /** ARNs of the Cognito user pools that are managed. */
  readonly userPools?: readonly string[]
  /** Where alarms go. */
  readonly alarmTopic?: ITopic
}

/** docs/providers/cognito.md, "Setup". */
const POOL_ACTIONS = [
  'DescribeUserPoolClient',
  'UpdateUserPoolClient',
  'CreateUserPoolClient',
  'DeleteUserPoolClient',
  'ListUserPoolClients',
  'ListUserPoolClientSecrets',
  'AddUserPoolClientSecret',
  'DeleteUserPoolClientSecret',
  'ListIdentityProviders',
  'ListResourceServers',
  'GetUserPoolClientSessionConfiguration',
  'DescribeManagedLoginBrandingByClient',
  'DescribeRiskConfiguration',
].map((name) => `cognito-idp:${name}`)

export class Clientry extends Construct {
  readonly url: string
  readonly table: Table

  constructor(scope: Construct, id: string, props: ClientryProps) {
    super(scope, id)
    const key = new Key(this, 'Key', {
      description: 'Clientry',
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN,
    })
    this.table = tableIn(this, key)
    const log = new LogGroup(this, 'Log', {
      retention: RetentionDays.THIRTEEN_MONTHS,
      encryptionKey: key,
      removalPolicy: RemovalPolicy.RETAIN,
    })
    const role = roleFor(this, { table: this.table, key, log, userPools: props.userPools ?? [] })
    const fn = functionIn(this, props, { table: this.table, key, log, role })
    new Rule(this, 'Sweep', {
      schedule: Schedule.rate(Duration.minutes(5)),
      targets: [new LambdaFunction(fn)],
    })
    const api = new HttpApi(this, 'Api', {
      defaultIntegration: new HttpLambdaIntegration('Any', fn),
    })
    this.url = api.apiEndpoint
    addAlarms(this, { fn, log, table: this.table, topic: props.alarmTopic })
  }
}

/** docs/stores.md, "DynamoDB: the table". The history is the product: nothing removes it with the stack. */
function tableIn(scope: Construct, key: Key): Table {
  const table = new Table(scope, 'Table', {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    sortKey: { name: 'sk', type: AttributeType.STRING },
    billingMode: BillingMode.PAY_PER_REQUEST,
    encryption: TableEncryption.CUSTOMER_MANAGED,
    encryptionKey: key,
    deletionProtection: true,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    removalPolicy: RemovalPolicy.RETAIN,
  })
  table.addGlobalSecondaryIndex({
    indexName: 'feed',
    partitionKey: { name: 'feed', type: AttributeType.STRING },
    sortKey: { name: 'feedAt', type: AttributeType.STRING },
    projectionType: ProjectionType.INCLUDE,
    nonKeyAttributes: ['provider', 'actor', 'outcome', 'hash'],
  })
  return table
}

interface Parts {
  readonly table: Table
  readonly key: Key
  readonly log: LogGroup
}

/** What the function may do, and nothing else: no policy of AWS's own is attached. */
function roleFor(
  scope: Construct,
  { table, key, log, userPools }: Parts & { readonly userPools: readonly string[] },
): Role {
  const role = new Role(scope, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
  const statements = [
    {
      actions: ['dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:BatchGetItem'],
      resources: [table.tableArn, `${table.tableArn}/index/feed`],
    },
    {
      actions: ['dynamodb:DeleteItem'],
      resources: [table.tableArn],
      conditions: {
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['open', 'due', 'part:*', 'mirror*'] },
      },
    },
    { actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [key.keyArn] },
    { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [log.logGroupArn] },
    ...(userPools.length === 0 ? [] : [{ actions: POOL_ACTIONS, resources: [...userPools] }]),
  ]
  for (const statement of statements) role.addToPolicy(new PolicyStatement(statement))
  return role
}

function functionIn(
  scope: Construct,
  { code, configuration, keySecret }: ClientryProps,
  { table, key, log, role }: Parts & { readonly role: Role },
): LambdaFn {
  const store = { type: 'dynamodb', table: table.tableName, region: Stack.of(scope).region }
  return new LambdaFn(scope, 'Function', {
    code: Code.fromAsset(code),
    handler: 'index.handler',
    runtime: new Runtime('nodejs24.x'),
    architecture: Architecture.ARM_64,
    memorySize: 512,
    // The API ends a request after 30 s; jobs go on in the schedule's calls for as long as this.
    timeout: Duration.minutes(5),
    role: role.withoutPolicyUpdates(),
    logGroup: log,
    environmentEncryption: key,
    environment: {
      CLIENTRY_CONFIG_JSON: Stack.of(scope).toJsonString({ ...configuration, store }),
      CLIENTRY_KEY: keySecret.secretValue.unsafeUnwrap(),
    },
  })
}

interface Watched {
  readonly fn: LambdaFn
  readonly log: LogGroup
  readonly table: Table
  readonly topic: ITopic | undefined
}

function addAlarms(scope: Construct, { fn, log, table, topic }: Watched): void {
  const unsettled = new MetricFilter(scope, 'Unsettled', {
    logGroup: log,
    metricNamespace: Stack.of(scope).stackName,
    metricName: 'Unsettled',
    metricValue: '$.left',
    filterPattern: FilterPattern.all(
      FilterPattern.stringValue('$.message', '=', 'settled'),
      FilterPattern.numberValue('$.left', '>', 0),
    ),
  })
  const minutes = (count: number) => ({ period: Duration.minutes(count) })
  const alarm = (name: string, description: string, metric: IMetric, evaluationPeriods = 1) =>
    new Alarm(scope, name, {
      alarmDescription: description,
      metric,
      evaluationPeriods,
      threshold: 0,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    })
  const alarms = [
    alarm(
      'UnsettledAlarm',
      'Changes whose outcome is not known stay open over three sweeps (docs/operations.md, "After a crash").',
      unsettled.metric({ statistic: 'Maximum', ...minutes(5) }),
      3,
    ),
    alarm(
      'ErrorsAlarm',
      'The function ends without an answer, or its sweeps fail.',
      fn.metricErrors(minutes(5)),
    ),
    alarm(
      'ThrottledAlarm',
      'The table refuses writes; changes are answered 503 store_unavailable.',
      table.metricThrottledRequestsForOperation('PutItem', minutes(5)),
    ),
    new Alarm(scope, 'NoSweepAlarm', {
      alarmDescription: 'The function was not called for a quarter of an hour, so no sweep ran.',
      metric: fn.metricInvocations(minutes(15)),
      evaluationPeriods: 1,
      threshold: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.BREACHING,
    }),
  ]
  if (topic !== undefined) for (const one of alarms) one.addAlarmAction(new SnsAction(topic))
}
